#include "transport/kamailio/script_faults.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::kamailio_script_faults_tests {

using rollcall::kamailio::script_faults;
using lines = std::vector<std::string>;

TEST_CASE("faults of a script are those that its switch told last") {
  script_faults faults;
  CHECK(faults.lines().empty());
  faults.heard("kam-1", "a\nb\n");
  faults.heard("kam-2", "c");
  CHECK(faults.lines() == lines{"script of kam-1: a", "script of kam-1: b", "script of kam-2: c"});
  faults.heard("kam-1", "");
  CHECK(faults.lines() == lines{"script of kam-2: c"});
  faults.forget("kam-2");
  CHECK(faults.lines().empty());
}

TEST_CASE("a switch that tells faults without end is heard in part, on lines that are lines") {
  script_faults faults;
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += std::string(10'000, 'x') + "\r\t\n";
  faults.heard("kam-1", many);
  CHECK(faults.lines().size() == 16);
  CHECK(faults.lines().front().size() < 300);
  CHECK(faults.lines().front().find('\r') == std::string::npos);
}

} // namespace rollcall::kamailio_script_faults_tests
