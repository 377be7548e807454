#include "domain/calls/symptom_rules.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::symptom_rules_test {

using namespace std::chrono_literals;

namespace {

constexpr timestamp setup{1'000'000s};
constexpr timestamp never{};

const switch_identity* identity_of(const std::string& name) {
  return interned({switch_name{name}, node_id{"node-a"}, environment_id{1}});
}

call_event event_of(call_state state, timestamp when = setup) {
  call_event event;
  event.id = "1";
  event.state = state;
  event.setup = setup;
  event.received = when;
  return event;
}

record_ptr first(call_state state, const std::string& source = "sbc-1") {
  return call_record::first(*identity_of(source), event_of(state));
}

std::string found(const record_ptr& call, timestamp now, const symptom_limits& limits = {},
                  timestamp lost = never) {
  return std::string{to_string(symptoms_of(*call, lost, now, limits))};
}

} // namespace

TEST_CASE("before Connected for more than the limit is setup_over") {
  for (const auto state :
       {call_state::idle, call_state::wait_auth, call_state::wait_route, call_state::ar_complete}) {
    CHECK(found(first(state), setup + 120s) == "");
    CHECK(found(first(state), setup + 120s + 1us) == "setup_over");
  }
  for (const auto state : {call_state::connected, call_state::disconnecting, call_state::dead})
    CHECK(found(first(state), setup + 121s, {.disconnecting = 0s}) == "");
}

TEST_CASE("older than the limit is age_over, in any state but Dead") {
  CHECK(found(first(call_state::connected), setup + 4h) == "");
  CHECK(found(first(call_state::connected), setup + 4h + 1us) == "age_over");
  CHECK(found(first(call_state::idle), setup + 5h) == "setup_over,age_over");
  CHECK(found(first(call_state::dead), setup + 5h, {}, setup) == "");
}

TEST_CASE("a call that was hung up so long ago and is still there is disconnecting_over") {
  const auto asked = first(call_state::connected)->disconnecting(setup + 10s);
  CHECK(asked->hung_up() == setup + 10s);
  CHECK(asked->hang_up_asked());
  CHECK(found(asked, setup + 70s - 1us) == "");
  CHECK(found(asked, setup + 70s) == "disconnecting_over");
  const auto told = first(call_state::connected)->after(event_of(call_state::disconnecting, setup + 20s));
  CHECK_FALSE(told->hang_up_asked());
  CHECK(found(told, setup + 79s) == "");
  CHECK(found(told, setup + 80s) == "disconnecting_over");
  CHECK_FALSE(told->after(event_of(call_state::disconnecting, setup + 70s)));    // it goes on counting
  CHECK(found(first(call_state::connected)->disconnecting(), setup + 3h) == ""); // not known since when
}

TEST_CASE("parts of a second never make a hang-up older") {
  CHECK(first(call_state::connected)->disconnecting(setup + 1us)->hung_up() == setup + 1s);
}

TEST_CASE("a switch that was lost so long ago makes its calls unverified_over") {
  const auto call = first(call_state::connected);
  const auto lost = setup + 1min;
  CHECK(found(call, lost + 5min - 1us, {}, lost) == "");
  CHECK(found(call, lost + 5min, {}, lost) == "unverified_over");
  CHECK(found(call, lost + 1h) == "");
}

TEST_CASE("no_media is what the switch says, until it says otherwise") {
  auto event = event_of(call_state::connected);
  event.media = false;
  const auto without = call_record::first(*identity_of("sbc-1"), event);
  CHECK(found(without, setup) == "no_media");
  CHECK(found(without, setup, {.no_media = false}) == "");
  CHECK_FALSE(without->after(event_of(call_state::connected))); // says nothing of it
  event.media = true;
  const auto with = without->after(event);
  REQUIRE(with);
  CHECK(found(with, setup) == "");
  CHECK(found(first(call_state::connected), setup) == "");
}

TEST_CASE("a limit of 0 is never reached, and other clocks make no symptom") {
  auto event = event_of(call_state::disconnecting);
  event.media = false;
  const auto call = call_record::first(*identity_of("sbc-1"), event);
  const symptom_limits none{0s, 0s, 0s, 0s, false};
  CHECK(found(call, setup + 1000h, none, setup) == "");
  CHECK(found(first(call_state::idle), setup + 1000h, none) == "");
  CHECK(found(call, setup - 10h, {.no_media = false}, setup) == ""); // all of it is ahead
  CHECK(found(first(call_state::idle), timestamp{1s}) == "");
}

TEST_CASE("symptoms are named in their order, with commas") {
  auto event = event_of(call_state::idle);
  event.media = false;
  const auto call = call_record::first(*identity_of("sbc-1"), event);
  CHECK(found(call, setup + 5h, {}, setup) == "setup_over,age_over,unverified_over,no_media");
  CHECK(to_string(symptoms{}).empty());
  CHECK(to_string(symptoms::of_bits(symptoms::all_bits)).size() == longest_symptoms);
}

TEST_CASE("rules know which switches are lost") {
  const auto lost = setup + 1h;
  const symptom_rules rules{{}, {{identity_of("sbc-2"), lost}, {identity_of("sbc-3"), lost + 10min}}};
  const auto of = [&](const std::string& source, timestamp now) {
    return std::string{to_string(rules.of(*first(call_state::connected, source), now))};
  };
  CHECK(of("sbc-1", lost + 1h) == "");
  CHECK(of("sbc-2", lost + 6min) == "unverified_over");
  CHECK(of("sbc-3", lost + 6min) == "");
  CHECK(of("sbc-3", lost + 15min) == "unverified_over");
}

TEST_CASE("a record keeps what was found, without what cannot be any more") {
  symptoms all;
  all.add(symptom::setup_over);
  all.add(symptom::age_over);
  const auto call = first(call_state::idle)->looked_at(all);
  REQUIRE(call);
  CHECK(call->revision() == 2);
  CHECK(call->symptoms() == all);
  CHECK_FALSE(call->looked_at(all));
  const auto up = call->after(event_of(call_state::connected));
  CHECK(to_string(up->symptoms()) == "age_over");
  CHECK(to_string(up->disconnecting(setup)->symptoms()) == "age_over");
  CHECK_FALSE(up->after(event_of(call_state::dead))->symptoms().any());
}

TEST_CASE("a call that a snapshot brings back is hung up no more") {
  const auto down = first(call_state::connected)->disconnecting(setup)->after(event_of(call_state::dead));
  auto back = event_of(call_state::connected);
  back.revives = true;
  const auto again = down->after(back);
  REQUIRE(again);
  CHECK(again->hung_up() == never);
  CHECK_FALSE(again->hang_up_asked());
}

TEST_CASE("what a switch would have said of a call makes the same picture") {
  auto event = event_of(call_state::disconnecting, setup + 7s);
  event.media = false;
  const auto call = call_record::first(*identity_of("sbc-1"), event);
  const auto same = call_record::first(*identity_of("sbc-1"), rollcall::event_of(*call));
  CHECK(same->hung_up() == call->hung_up());
  CHECK(same->no_media());
}

TEST_CASE("counts are of each symptom, and of hang-ups that rollcall has asked for") {
  symptom_counts all;
  CHECK(all.none());
  const auto older = first(call_state::connected)->disconnecting(setup + 3s);
  const auto newer = first(call_state::connected)->disconnecting(setup + 5s);
  const auto told = first(call_state::disconnecting);
  symptoms two;
  two.add(symptom::age_over);
  two.add(symptom::no_media);
  all.add(*newer, two);
  all.add(*told, {});
  symptom_counts more;
  more.add(*older, two);
  all += more;
  all += symptom_counts{};
  CHECK(all.calls == std::array<std::uint64_t, symptom_count>{0, 2, 0, 0, 2});
  CHECK(all.unconfirmed == 2);
  CHECK(all.oldest == setup + 3s);
}

} // namespace rollcall::symptom_rules_test
