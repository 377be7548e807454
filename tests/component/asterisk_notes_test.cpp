#include "asterisk_fixture.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace rollcall::asterisk_notes_test {

using namespace asterisk::testing;

namespace {

std::optional<action> next_of(manager& asterisk, const std::string& name) {
  auto next = asterisk.told();
  while (next && next->at("Action") != name)
    next = asterisk.told();
  return next;
}

std::string with_note(const std::string& channel, const std::string& note) {
  return channel + "ChanVariable: RC_NOTE=" + note + "\r\n";
}

/// A node whose manager user may write variables, as those of rollcall's files may.
struct noting_node : node {
  explicit noting_node(fake_link& link) : node(link) {
    script([](auto& script) { script.rights.emplace_back("Setvar"); });
  }
};

/// An answered call of the account 801 to a carrier, whose caller then goes. Returns what is noted in the
/// carrier's channel.
std::string transferred_call(fake_link& link, manager& asterisk) {
  asterisk.send(came("1.1") + dialled("1.2", "1.1", "carrier-a")
                + event_text("Newstate", channel_headers("1.2", "carrier-a"))
                + event_text("Newstate", channel_headers("1.1")));
  const auto first = next_of(asterisk, "Setvar");
  REQUIRE(first);
  CHECK(first->at("Channel") == "1.1");
  CHECK(first->at("Variable") == "RC_NOTE");
  asterisk.send(went("1.1") + came("9.9"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "9.9"); }));
  const auto second = next_of(asterisk, "Setvar");
  REQUIRE(second);
  CHECK(second->at("Channel") == "1.2");
  return second->at("Value");
}

/// Hangs up an answered call whose channels hold no note.
void hang_up_without_a_note(fake_link& link, manager& asterisk) {
  asterisk.send(came("1.1") + event_text("Newstate", channel_headers("1.1")));
  REQUIRE(link.wait([](const auto& it) {
    const auto call = last_of(it, "1.1");
    return call && call->state == call_state::connected;
  }));
  CHECK(link.at().connection->hang_up("1.1"));
  auto next = asterisk.told();
  for (; next && next->at("Action") != "Hangup"; next = asterisk.told())
    CHECK(next->at("Action") == "Getvar");
  CHECK(next);
}

} // namespace

TEST_CASE(
    "a call whose caller has gone has its id, account and times also for a node that knew nothing of it") {
  fake_link link;
  noting_node first{link};
  first.connect();
  std::string note;
  call_event before;
  {
    auto asterisk = first.next();
    REQUIRE(link.wait(is_settled));
    note = transferred_call(link, *asterisk);
    before = *last_of(link.at(), "1.1");
    first.connect_to({});
    CHECK(asterisk->closed());
  }
  REQUIRE(before.connect);

  fake_link other;
  noting_node second{other};
  second.script(
      [&](auto& script) { script.channels = {with_note(channel_headers("1.2", "carrier-a"), note)}; });
  second.connect();
  auto asterisk = second.next();
  REQUIRE(other.wait(is_settled));
  const auto after = last_of(other.at(), "1.1");
  REQUIRE(after);
  CHECK_FALSE(is_told(other.at(), "1.2"));
  CHECK(after->texts.get(call_text::account_name) == "801");
  CHECK(after->texts.get(call_text::cli) == before.texts.get(call_text::cli));
  CHECK(after->texts.get(call_text::cld) == before.texts.get(call_text::cld));
  CHECK(after->setup == before.setup);
  CHECK(after->connect == before.connect);
  CHECK(after->state == call_state::connected);
  CHECK(other.at().connection->hang_up("1.1"));
  const auto hung_up = next_of(*asterisk, "Hangup");
  REQUIRE(hung_up);
  CHECK(hung_up->at("Channel") == "1.2");
}

TEST_CASE("a block that is changed keeps the ids of calls") {
  fake_link link;
  noting_node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  const auto note = transferred_call(link, *asterisk);
  here.script([&](auto& script) {
    script.channels = {with_note(channel_headers("1.2", "carrier-a"), note),
                       with_note(channel_headers("9.9"), "")};
  });
  here.to.values.insert_or_assign("hang_ups_per_second", std::uint64_t{50});
  here.connect();
  auto again = here.next();
  CHECK(asterisk->closed());
  REQUIRE(link.wait(is_settled, 1));
  CHECK(is_told(link.at(1), "1.1"));
  CHECK(is_told(link.at(1), "9.9"));
  CHECK_FALSE(is_told(link.at(1), "1.2"));
}

TEST_CASE("a note that is none makes no call of another one, and is counted") {
  fake_link link;
  noting_node here{link};
  here.script([](auto& script) {
    script.channels = {with_note(channel_headers("1.2", "802"), "1,801,,,5,0,1.1,-,1.3"),
                       with_note(channel_headers("1.3", "802"), "1,801,,,5,0,/.*/,-,1.3")};
  });
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  CHECK(last_of(link.at(), "1.2")->texts.get(call_text::account_name) == "802");
  CHECK(last_of(link.at(), "1.3")->texts.get(call_text::account_name) == "802");
  for (const auto* leg : {"1.2", "1.3"}) { // what they carry is put right
    const auto written = next_of(*asterisk, "Setvar");
    REQUIRE(written);
    CHECK(written->at("Channel") == leg);
    CHECK(written->at("Value").empty());
  }
  CHECK(here.counters().notes_ignored == 2);
}

TEST_CASE("that channelvars does not name the note's variable is noted, and nothing is written") {
  fake_link link;
  noting_node here{link};
  here.script([](auto& script) { script.channels = {channel_headers("9.9")}; });
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  CHECK(here.noted("switch ast-1: its channels do not show RC_NOTE"));
  hang_up_without_a_note(link, *asterisk);
}

TEST_CASE("a user that may not write variables is asked to write none") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  hang_up_without_a_note(link, *asterisk);
}

TEST_CASE("what Asterisk does not write is counted, and written again when a list shows that it is missing") {
  fake_link link;
  noting_node here{link};
  here.to.values.insert_or_assign("snapshot_interval", std::chrono::milliseconds{1'000});
  here.script([](auto& script) {
    script.channels = {with_note(channel_headers("9.9"), "")};
    script.instead = [refused = 0](const action& asked) mutable -> std::optional<std::string> {
      if (asked.at("Action") != "Setvar" || refused++ > 0)
        return std::nullopt;
      return "Response: Error\r\nActionID: " + asked.at("ActionID") + "\r\nMessage: Not today\r\n\r\n";
    };
  });
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  asterisk->send(came("1.1") + event_text("Newstate", channel_headers("1.1")));
  REQUIRE(next_of(*asterisk, "Setvar"));
  here.script([](auto& script) { script.channels.push_back(with_note(channel_headers("1.1"), "")); });
  REQUIRE(next_of(*asterisk, "Setvar"));
  CHECK(here.counters().notes_refused == 1);
}

} // namespace rollcall::asterisk_notes_test
