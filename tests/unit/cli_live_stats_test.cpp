#include "apps/rollcall/live_stats.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::cli::cli_live_stats_test {

using namespace std::chrono_literals;

namespace {

const live_figures::moment start{1h};

live_figures heard_at(live_figures::moment when) {
  live_figures known;
  known.last.emplace();
  known.heard = when;
  return known;
}

} // namespace

TEST_CASE("figures of a server that is silent are called stale within three seconds") {
  const auto known = heard_at(start);
  CHECK(staleness(known, start + 1999ms).empty());
  CHECK(staleness(known, start + 2s) == "no answer from the server for 2 s; these figures are 2 s old");
  CHECK(staleness(known, start + 61s) == "no answer from the server for 61 s; these figures are 61 s old");
}

TEST_CASE("a server that cannot be reached is told of beside the last figures, and without any") {
  auto known = heard_at(start);
  known.trouble = "connection refused";
  CHECK(staleness(known, start + 100ms) == "connection refused; these figures are 0 s old");
  known.last.reset();
  CHECK(staleness(known, start + 100ms) == "connection refused");
  known.trouble.clear();
  CHECK(staleness(known, start) == "waiting for the calls");
}

TEST_CASE("figures from before a snapshot are called so while it is told") {
  auto known = heard_at(start);
  known.retelling = true;
  CHECK(staleness(known, start) == "the server tells all calls anew; these figures are of before");
  CHECK(staleness(known, start + 9s) == "no answer from the server for 9 s; these figures are 9 s old");
}

} // namespace rollcall::cli::cli_live_stats_test
