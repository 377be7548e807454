#include "transport/switches/common/dialled_admission.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::dialled_admission_test {

using switches::claim;
using switches::dialled_admission;
using switches::run_registry;

namespace {

struct fixture {
  std::shared_ptr<run_registry> runs = std::make_shared<run_registry>();
  switch_notes notes;
  std::shared_ptr<switch_notes::sheet> first = notes.open(switch_name{"kam-1"});
  std::shared_ptr<switch_notes::sheet> second = notes.open(switch_name{"kam-2"});

  static claim of_run(const std::string& run) {
    claim who;
    who.run = run;
    return who;
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "whoever answers is the switch that was dialled") {
  dialled_admission gate{switch_name{"kam-1"}, 7, runs, first};
  auto who = of_run("r1");
  CHECK_FALSE(gate.admit(who));
  CHECK(who.name == switch_name{"kam-1"});
  CHECK(who.epoch == 7);
}

TEST_CASE_FIXTURE(fixture, "one process is not let in under two names, and that is noted while it is so") {
  auto who = of_run("r1");
  dialled_admission gate{switch_name{"kam-1"}, 1, runs, first};
  REQUIRE_FALSE(gate.admit(who));
  auto twin = of_run("r1");
  {
    dialled_admission refused{switch_name{"kam-2"}, 1, runs, second};
    const auto no = refused.admit(twin);
    REQUIRE(no);
    CHECK(no->text == "refused: it is the same process as switch kam-1, run r1");
    CHECK(notes.lines()
          == std::vector<std::string>{"switch kam-2: refused: it is the same process as switch kam-1"});
  }
  auto other = of_run("r2");
  dialled_admission again{switch_name{"kam-2"}, 2, runs, second};
  CHECK_FALSE(again.admit(other));
  CHECK(notes.lines().empty());
}

TEST_CASE_FIXTURE(fixture, "switches that do not say which run they are cannot be told apart by it") {
  auto who = of_run("");
  auto other = of_run("");
  dialled_admission gate{switch_name{"kam-1"}, 1, runs, first};
  dialled_admission another{switch_name{"kam-2"}, 1, runs, second};
  CHECK_FALSE(gate.admit(who));
  CHECK_FALSE(another.admit(other));
}

} // namespace rollcall::dialled_admission_test
