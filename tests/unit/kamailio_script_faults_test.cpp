#include "transport/switches/kamailio/script_faults.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::kamailio_script_faults_test {

using rollcall::kamailio::script_faults;
using lines = std::vector<std::string>;

TEST_CASE("faults of a script are those that its switch told last") {
  script_faults faults;
  switch_notes notes;
  CHECK(faults.lines().empty());
  const auto kam_2 = faults.open("kam-2", notes.open(switch_name{"kam-2"}));
  auto kam_1 = faults.open("kam-1", notes.open(switch_name{"kam-1"}));
  kam_1->heard("a\nb\n");
  kam_2->heard("c");
  CHECK(faults.lines() == lines{"script of kam-1: a", "script of kam-1: b", "script of kam-2: c"});
  kam_1->heard("");
  CHECK(faults.lines() == lines{"script of kam-2: c"});
  kam_1->heard("a");
  kam_1.reset();
  CHECK(faults.lines() == lines{"script of kam-2: c"});
}

TEST_CASE("a Kamailio that is let go leaves no fault, also by what it had under way") {
  script_faults faults;
  switch_notes notes;
  const auto noted = notes.open(switch_name{"kam-1"});
  const auto gone = faults.open("kam-1", noted);
  gone->heard("a");
  noted->close();
  CHECK(faults.lines().empty());
  const auto next = faults.open("kam-1", notes.open(switch_name{"kam-1"})); // the name is another client's
  next->heard("b");
  gone->heard("a");
  CHECK(faults.lines() == lines{"script of kam-1: b"});
}

TEST_CASE("a switch that tells faults without end is heard in part, on lines that are lines") {
  script_faults faults;
  switch_notes notes;
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += std::string(10'000, 'x') + "\r\t\n";
  const auto kam_1 = faults.open("kam-1", notes.open(switch_name{"kam-1"}));
  kam_1->heard(many);
  CHECK(faults.lines().size() == 16);
  CHECK(faults.lines().front().size() < 300);
  CHECK(faults.lines().front().find('\r') == std::string::npos);
}

} // namespace rollcall::kamailio_script_faults_test
