#include "tests/component/actor_fixture.hpp"
#include "tests/component/stream_mirror.hpp"

#include <doctest/doctest.h>

#include <string>

// Suspect calls of a node, where the clock is ours.
namespace rollcall::testing::symptoms_test {

namespace {

struct suspecting_world : world {
  switch_wire sbc = connected("sbc-1");

  suspecting_world() {
    context->symptoms.set_limits({.setup = 20s, .age = 1h, .disconnecting = 20s, .unverified = 20s});
  }

  lines suspects(bool wanted = true) {
    auto query = all_of(1);
    query.filter.suspect = wanted;
    return list(query);
  }

  /// What lists say besides of the only suspect call.
  std::string reasons() {
    auto query = all_of(1);
    query.filter.suspect = true;
    const auto told = ask<cluster_list_answer>(front, list_request{query, dir});
    REQUIRE(told);
    call_row row;
    return told->rows->next(row) == row_source::step::row ? std::string{to_string(row.shown_symptoms())}
                                                          : std::string{"(none)"};
  }

  std::uint64_t counted(symptom which) const {
    return context->symptoms.total().calls[static_cast<std::size_t>(which)];
  }
};

std::string told_of(const stream_mirror& mirror, const std::string& id) {
  const auto found = mirror.calls().find(id);
  return found == mirror.calls().end() ? "(none)" : std::string{to_string(found->second->symptoms())};
}

void pass(suspecting_world& w, stream_mirror& mirror, std::chrono::milliseconds by) {
  for (; by > 0ms; by -= 250ms) {
    mirror.pump();
    w.advance(250ms);
  }
  mirror.pump();
}

} // namespace

TEST_CASE_FIXTURE(suspecting_world,
                  "a call is listed as suspect from the moment that it is, and not hung up") {
  tell(sbc, call{"1", call_state::idle}.in(11), call{"2"}.in(22));
  advance(20s);
  CHECK(suspects().empty());
  advance(250ms);
  CHECK(suspects() == lines{"sbc-1:1 Idle 11@1"});
  CHECK(suspects(false) == lines{"sbc-1:2 Connected 22@2"});
  CHECK(reasons() == "setup_over");
  tell(sbc, call{"1"}.again());
  CHECK(suspects().empty());
  CHECK(sbc.at->hung_up.empty());
}

TEST_CASE_FIXTURE(suspecting_world, "suspect calls are counted within ten seconds, until they are over") {
  tell(sbc, call{"1", call_state::idle}.in(11), call{"2", call_state::idle}.in(22));
  advance(31s);
  CHECK(counted(symptom::setup_over) == 2);
  tell(sbc, over("1"));
  advance(11s);
  CHECK(counted(symptom::setup_over) == 1);
  tell(sbc, over("2"));
  advance(11s);
  CHECK(context->symptoms.total().none());
}

TEST_CASE_FIXTURE(suspecting_world, "all calls of a large account are looked at, some in each turn") {
  context->calls_at_once = 3;
  for (int i = 0; i < 20; ++i)
    tell(sbc, call{std::to_string(i), call_state::idle}.in(11));
  advance(31s);
  CHECK(counted(symptom::setup_over) == 20);
}

TEST_CASE_FIXTURE(suspecting_world, "a hang-up without an end is suspect, and the first one's age is known") {
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11));
  const auto asked = wall;
  CHECK(disconnect(hang_up_call("sbc-1:1")).sent == 1);
  advance(11s);
  CHECK(context->symptoms.total().unconfirmed == 1);
  CHECK(context->symptoms.total().oldest == asked);
  CHECK(suspects().empty());
  advance(9s);
  CHECK(reasons() == "disconnecting_over");
  tell(sbc, over("1"));
  advance(11s);
  CHECK(context->symptoms.total().none());
}

TEST_CASE_FIXTURE(suspecting_world, "calls of a lost switch are suspect until it is back") {
  tell(sbc, call{"1"}.in(11));
  lose(sbc);
  advance(19s);
  CHECK(suspects().empty());
  advance(1s);
  CHECK(reasons() == "unverified_over");
  const auto again = attach("sbc-1", 2);
  REQUIRE(again);
  CHECK(suspects().empty());
  tell(*again, snapshot_begin{}, call{"1"}.again(), snapshot_end{});
  CHECK(suspects().empty());
  CHECK(again->at->hung_up.empty());
  CHECK(stats() == counts{{11, {1, 1}}});
}

TEST_CASE_FIXTURE(suspecting_world, "a limit of 0 is never reached") {
  context->symptoms.set_limits(
      {.setup = 0s, .age = 0s, .disconnecting = 0s, .unverified = 0s, .no_media = false});
  auto silent = call{"1", call_state::idle}.in(11);
  silent.media = false;
  tell(sbc, std::move(silent));
  lose(sbc);
  advance(60s);
  CHECK(suspects().empty());
  CHECK(context->symptoms.total().none());
}

TEST_CASE("a stream tells of symptoms within ten seconds") {
  suspecting_world w;
  w.tell(w.sbc, call{"1", call_state::idle}.in(11), call{"2"}.in(11));
  stream_mirror mirror{w, 1};
  mirror.come();
  pass(w, mirror, 20s);
  CHECK(told_of(mirror, "sbc-1:1") == "");
  pass(w, mirror, 12s);
  CHECK(told_of(mirror, "sbc-1:1") == "setup_over");
  CHECK(told_of(mirror, "sbc-1:2") == "");
  auto silent = call{"2"}.again();
  silent.media = false;
  w.tell(w.sbc, std::move(silent));
  w.tell(w.sbc, call{"1"}.again());
  pass(w, mirror, 12s);
  CHECK(told_of(mirror, "sbc-1:1") == "");
  CHECK(told_of(mirror, "sbc-1:2") == "no_media");
}

TEST_CASE("a stream that begins late has the symptoms that were found before") {
  suspecting_world w;
  w.tell(w.sbc, call{"1", call_state::idle}.in(11));
  w.advance(31s);
  stream_mirror mirror{w, 1};
  mirror.come();
  pass(w, mirror, 2s);
  CHECK(told_of(mirror, "sbc-1:1") == "setup_over");
}

} // namespace rollcall::testing::symptoms_test
