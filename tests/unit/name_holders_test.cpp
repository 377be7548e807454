#include "domain/calls/name_holders.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

namespace rollcall::name_holders_test {

using namespace std::chrono_literals;

namespace {

const name_holders::moment start{1h};
const switch_host a{"run-a", "10.0.0.1"};
const switch_host b{"run-b", "10.0.0.2"};

} // namespace

TEST_CASE("a host that was there for hours keeps its name when another one comes between") {
  name_holders holders;
  CHECK(holders.admit(a, start));
  CHECK(holders.admit(b, start + 5h));
  CHECK(holders.admit(a, start + 5h + 30s));
  CHECK_FALSE(holders.admit(b, start + 5h + 31s));
  CHECK(holders.is_disputed(start + 6h));
  CHECK(holders.sides() == "10.0.0.1 keeps it, 10.0.0.2 is refused");
}

TEST_CASE("hosts that replace each other more than a minute apart have no dispute") {
  name_holders holders;
  for (int i = 0; i < 4; ++i)
    CHECK(holders.admit(i % 2 ? b : a, start + i * 61s));
  CHECK_FALSE(holders.is_disputed(start + 4 * 61s));
}

TEST_CASE("a switch with one run and two addresses is one host") {
  name_holders holders;
  for (int i = 0; i < 6; ++i)
    CHECK(holders.admit({"run-a", i % 2 ? "10.0.0.1" : "10.0.0.2"}, start + i * 1s));
  CHECK_FALSE(holders.is_disputed(start + 6s));
}

TEST_CASE("who keeps a name is known at the node that takes the switch over") {
  name_holders here;
  here.admit(a, start);
  here.admit(b, start + 1s);
  here.admit(a, start + 2s);
  name_holders there;
  const name_holders::moment other_clock{77h};
  there.take_over(here.history(start + 3s), other_clock);
  CHECK_FALSE(there.admit(b, other_clock + 5s));
  CHECK(there.admit(a, other_clock + 5s));
  there.gone(other_clock + 6s);
  CHECK_FALSE(there.admit(b, other_clock + 15s));
  CHECK(there.admit(b, other_clock + 16s));
}

TEST_CASE("what another node knows of a name does not count when it is older than what is known here") {
  name_holders there;
  there.admit(a, start);
  name_holders here;
  here.admit(b, start + 1s);
  here.take_over(there.history(start + 2s), start + 2s);
  CHECK(here.history(start + 2s).last.back().host.run == "run-b");
}

TEST_CASE("a name is not disputed for ever because a node tells times that cannot be") {
  using numbers = std::numeric_limits<std::int64_t>;
  for (const auto ms_ago : {numbers::min(), std::int64_t{-3'600'000}, numbers::max()}) {
    name_holders here;
    here.take_over({{{a, ms_ago}, {b, ms_ago}}, true, ms_ago}, start);
    CHECK(here.admit(a, start + 10s));
    CHECK(here.history(start + 10s).last.back().ms_ago == 0);
  }
}

} // namespace rollcall::name_holders_test
