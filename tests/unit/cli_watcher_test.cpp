#include "apps/rollcall/watcher.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::cli::cli_watcher_test {

using namespace std::chrono_literals;

namespace {

const watched::moment start{1h};

watched answered_at(watched::moment when) {
  watched known;
  known.last.emplace();
  known.asked = known.answered = when;
  return known;
}

} // namespace

TEST_CASE("figures that a server has stopped answering for are called stale within three seconds") {
  auto known = answered_at(start);
  CHECK(staleness(known, start + 999ms).empty());
  known.asked = start + 1s; // a second after the answer the next question is asked
  known.waiting = true;
  CHECK(staleness(known, start + 1200ms).empty());
  CHECK(staleness(known, start + 2500ms) == "no answer from the server for 1 s; these figures are 2 s old");
  CHECK(staleness(known, start + 61s) == "no answer from the server for 60 s; these figures are 61 s old");
}

TEST_CASE("figures that are only rarely asked for say their age") {
  CHECK(staleness(answered_at(start), start + 2900ms).empty());
  CHECK(staleness(answered_at(start), start + 8s) == "these figures are 8 s old");
}

TEST_CASE("a server that cannot be reached is told of beside the last figures, and without any") {
  auto known = answered_at(start);
  known.trouble = "connection refused";
  CHECK(staleness(known, start + 100ms) == "connection refused; these figures are 0 s old");
  known.last.reset();
  CHECK(staleness(known, start + 100ms) == "connection refused");
  CHECK(staleness({}, start) == "waiting for the first answer");
}

} // namespace rollcall::cli::cli_watcher_test
