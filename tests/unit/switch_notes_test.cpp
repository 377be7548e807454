#include "transport/switches/common/switch_notes.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::switch_notes_test {

namespace {

using lines = std::vector<std::string>;

const switch_name one{"kam-1"};
const switch_name two{"kam-2"};

} // namespace

TEST_CASE("notes of switches are told by name, as long as they are true") {
  switch_notes notes;
  const auto of_two = notes.open(two);
  const auto of_one = notes.open(one);
  of_two->set("run", "x");
  of_one->set("run", "y");
  of_one->set("clock", "z");
  of_one->set_clock(3);
  CHECK(notes.lines() == lines{"switch kam-1: z", "switch kam-1: y", "switch kam-2: x"});
  CHECK(notes.clocks().at("kam-1") == 3);
  of_one->clear("clock");
  of_one->clear("nothing");
  of_one->set("run", "w");
  CHECK(notes.lines() == lines{"switch kam-1: w", "switch kam-2: x"});
}

TEST_CASE("a client that was let go notes nothing any more, and takes nothing from the one that follows") {
  switch_notes notes;
  const auto before = notes.open(one);
  before->set("run", "old");
  before->set_clock(3);
  before->close();
  CHECK(notes.lines().empty());
  CHECK(notes.clocks().empty());
  const auto after = notes.open(one);
  after->set("clock", "new");
  before->set("run", "late");
  before->set_clock(4);
  before->clear("clock");
  CHECK(notes.lines() == lines{"switch kam-1: new"});
  CHECK(notes.clocks().empty());
}

TEST_CASE("notes of a client that is gone are gone") {
  switch_notes notes;
  notes.open(one)->set("run", "x");
  CHECK(notes.lines().empty());
}

} // namespace rollcall::switch_notes_test
