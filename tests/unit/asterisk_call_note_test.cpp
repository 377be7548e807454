#include "transport/switches/asterisk/call_note.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::asterisk_call_note_test {

using namespace asterisk;
using namespace std::chrono_literals;

namespace {

constexpr timestamp now{std::chrono::seconds{1'800'000'000}};

leg_call answered(const std::string& owner, std::vector<std::string> legs) {
  leg_call call;
  call.id = "1.1";
  call.owner = owner;
  call.legs = std::move(legs);
  call.account = "801";
  call.caller = "4930";
  call.callee = "4940";
  call.setup = now - 90s;
  call.connect = now - 60s;
  return call;
}

} // namespace

TEST_CASE(
    "a note says what lists do not: the call whose caller has gone, whose it is, when it was answered") {
  const auto call = answered("", {"1.2", "1.3"});
  CHECK(note_of(call, "1.2") == "1,801,4930,4940,1799999910000000,1799999940000000,1.1,-,1.2");
  const auto known = call_in(note_of(call, "1.2"), "1.2", now);
  REQUIRE(known);
  CHECK(known->id == "1.1");
  CHECK(known->account == "801");
  CHECK(known->caller == "4930");
  CHECK(known->callee == "4940");
  CHECK(known->setup == call.setup);
  CHECK(known->connect == call.connect);
  CHECK(known->owner.empty());
  CHECK(known->legs == std::vector<std::string>{"1.2"});
}

TEST_CASE("a note stands in the caller's channel while that is there, and only when lists lack something") {
  auto call = answered("1.1", {"1.1", "1.2"});
  CHECK(call_in(note_of(call, "1.1"), "1.1", now)->owner == "1.1");
  CHECK(note_of(call, "1.2").empty());
  call.connect = {};
  CHECK(note_of(call, "1.1").empty());
  call.id = "1.0"; // it has taken another channel's place
  CHECK_FALSE(note_of(call, "1.1").empty());
}

TEST_CASE("a note that is none is not believed, nor is that of another channel") {
  const auto good = note_of(answered("", {"1.2"}), "1.2");
  REQUIRE(call_in(good, "1.2", now));
  CHECK_FALSE(call_in(good, "1.3", now));
  const std::vector<std::string> bad{
      "",
      "1",
      "2,801,4930,4940,1799999910000000,1799999940000000,1.1,-,1.2",   // of another version
      "1,801,4930,4940,1799999910000000,1799999940000000,1.1,-",       // cut
      "1,801,4930,4940,1799999910000000,1799999940000000,1.1,-,1.2,x", // longer
      "1,801,4930,4940,0,1799999940000000,1.1,-,1.2",                  // no setup time
      "1,801,4930,4940,-5,1799999940000000,1.1,-,1.2",
      "1,801,4930,4940,1799999910000000,1799999900000000,1.1,-,1.2", // answered before
      "1,801,4930,4940,99999999999999999999,0,1.1,-,1.2",
      "1,801,4930,4940,1799999910000000 ,0,1.1,-,1.2",
      "1,801,4930,4940,1799999910000000,0,,-,1.2", // no call
      "1,801,4930,4940,1799999910000000,0,1.1/,-,1.2",
      "1,801,4930,4940,1799999910000000,0,1.1/x,-,1.2",
      "1,801,4930,4940,1799999910000000,0,/.*/,-,1.2",
      "1,801,4930,4940,1799999910000000,0,1%0d%0a1,-,1.2",
      "1,801,4930,4940,1799999910000000,0,1.1,x,1.2",
      "1,801,4930,4940,1799999910000000,0,1.1,-,1%2",
      "1,80%g1,4930,4940,1799999910000000,0,1.1,-,1.2",
  };
  for (const auto& each : bad) {
    CAPTURE(each);
    CHECK_FALSE(call_in(each, "1.2", now));
  }
}

TEST_CASE("a note of a clock that is ahead says nothing of the time to come") {
  const auto known = call_in(note_of(answered("", {"1.2"}), "1.2"), "1.2", now - 70s);
  REQUIRE(known);
  CHECK(known->setup == now - 90s);
  CHECK(known->connect == now - 70s);
}

TEST_CASE("what has no room in a line of AMI is not noted at all") {
  auto call = answered("", {"1.2"});
  call.account = std::string(note_bytes, 'x');
  CHECK(note_of(call, "1.2").empty());
}

TEST_CASE("texts of a note are what they were, and one line, whatever is in them") {
  rc::check([] {
    auto call = answered("", {"1.2"});
    const auto text = rc::gen::scale(0.5, rc::gen::arbitrary<std::string>());
    call.account = *text;
    call.caller = *text;
    call.callee = *text;
    const auto note = note_of(call, "1.2");
    RC_ASSERT(note.size() <= note_bytes);
    RC_ASSERT(std::all_of(note.begin(), note.end(), [](char c) { return c > ' ' && c < '\x7f'; }));
    RC_PRE(!note.empty());
    const auto known = call_in(note, "1.2", now);
    RC_ASSERT(known.has_value());
    RC_ASSERT(known->account == call.account);
    RC_ASSERT(known->caller == call.caller);
    RC_ASSERT(known->callee == call.callee);
  });
}

TEST_CASE("no text makes a note unsafe to read") {
  rc::check([](const std::string& text) {
    auto note = note_of(answered("", {"1.2"}), "1.2");
    note.replace(*rc::gen::inRange<std::size_t>(0, note.size()), *rc::gen::inRange<std::size_t>(0, 8), text);
    if (const auto known = call_in(note, "1.2", now)) {
      RC_ASSERT(!known->id.empty());
      RC_ASSERT(known->legs == std::vector<std::string>{"1.2"});
      RC_ASSERT(known->setup <= now);
      RC_ASSERT(known->connect <= now);
    }
  });
}

} // namespace rollcall::asterisk_call_note_test
