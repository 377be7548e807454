#include "transport/switches/common/run_registry.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::switch_run_registry_test {

using namespace rollcall::switches;

namespace {

const switch_name one{"kam-1"};
const switch_name two{"kam-2"};
const char client_of_one = 1;
const char client_of_two = 2;

struct fixture {
  run_registry runs;

  std::optional<std::string> claim(const switch_name& name, const std::string& run) {
    return runs.claim(name, by(name), run);
  }
  static run_registry::owner by(const switch_name& name) {
    return name == one ? &client_of_one : &client_of_two;
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "one Kamailio under two names is refused to the second, also while the first is away") {
  CHECK_FALSE(claim(one, "1"));
  CHECK(claim(two, "1") == "kam-1");
  runs.release(one, by(one));
  CHECK(claim(two, "1") == "kam-1");
  CHECK_FALSE(claim(one, "1"));
}

TEST_CASE_FIXTURE(fixture,
                  "after a restart of that Kamailio it is the first one's again, whoever comes first") {
  CHECK_FALSE(claim(one, "1"));
  CHECK(claim(two, "1"));
  runs.release(one, by(one));
  CHECK(claim(two, "2") == "kam-1");
  CHECK_FALSE(claim(one, "2"));
  CHECK(claim(two, "2") == "kam-1");
}

TEST_CASE_FIXTURE(fixture,
                  "a name that comes to another Kamailio, or whose twin is gone, is not refused any more") {
  CHECK_FALSE(claim(one, "1"));
  CHECK(claim(two, "1"));
  SUBCASE("another Kamailio") { CHECK_FALSE(claim(two, "2")); }
  SUBCASE("the other name was removed from the configuration") {
    runs.forget(one, by(one));
    CHECK_FALSE(claim(two, "1"));
  }
}

TEST_CASE_FIXTURE(fixture, "a refusal is forgotten with the name, which may come to another Kamailio later") {
  CHECK_FALSE(claim(one, "1"));
  CHECK(claim(two, "1"));
  runs.forget(two, by(two));
  runs.release(one, by(one));
  CHECK_FALSE(claim(two, "2"));
}

TEST_CASE_FIXTURE(fixture, "a client that is replaced takes nothing from the one that has come") {
  CHECK_FALSE(runs.claim(one, &client_of_two, "1"));
  CHECK_FALSE(claim(one, "1"));
  runs.forget(one, &client_of_two);
  CHECK(claim(two, "1") == "kam-1");
}

} // namespace rollcall::switch_run_registry_test
