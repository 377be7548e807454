#include "asterisk_fixture.hpp"
#include "tests/component/holds_soon.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

// What strangers can put into events, or into lists.

namespace rollcall::asterisk_hostile_test {

using namespace asterisk::testing;

TEST_CASE("the texts of others are no answers, no channels and no ends") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  here.script([](auto& script) { script.channels = {channel_headers("1.1", "801", 4)}; });
  asterisk->send(came("1.1"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1"); }));
  const std::string list_end = "EventList: Complete\r\nListItems: 0\r\n";
  asterisk->send(event_text("UserEvent", "UserEvent: x\r\nEvent: Hangup\r\nUniqueid: 1.1\r\n")
                 + event_text("CoreShowChannelsComplete", "ActionID: 1\r\n" + list_end)
                 + event_text("BridgeListComplete", list_end) + "Response: Goodbye\r\n\r\n"
                 + event_text("Hangup", "Uniqueid: 1.1\r\n") + event_text("Hangup", "Uniqueid:\r\n")
                 + event_text("Hangup", channel_headers("1.1 ")) + came(std::string{"1.\x01"})
                 + came(std::string(200, '1')) + std::string(100'000, 'x') + "\r\n\r\n" + came("1.2"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.2"); }));
  CHECK_FALSE(is_over(link.at(), "1.1"));
  CHECK(here.counters().lines_bad >= 1);
}

TEST_CASE("lines that a caller has put into a number are not believed, and that is told") {
  const auto with = [](const char* header, const std::string& text) {
    auto message = came("1.2");
    const auto at = message.find(header) + std::string{header}.size();
    return message.insert(at, text);
  };
  for (const auto* header : {"CallerIDNum: ", "Exten: "})
    for (const auto& text : std::vector<std::string>{
             "\r\nUniqueid: 1.1", "\r\nAccountCode: 802", "\r\nChanVariable: RC_ACCOUNT=802",
             "\r\nLinkedid: 1.1", "\r\nSwapUniqueid: 1.1", "\r\n\r\nEvent: Hangup\r\nUniqueid: 1.1\r\n\r\n",
             "\r\n\r\nEvent: Hangup\r\nPrivilege: call,all\r\nUniqueid: 1.1\r\n\r\n",
             "\r\nPriority:\r\nUniqueid:x\r\nLinkedid:x\r\n\r\nEvent:Hangup\r\nUniqueid:1.1\r\n\r\n",
             "\r\nPriority:\r\nUniqueid:1.1\r\nLinkedid:x\r\n\r\nResponse:a\r\n",
             "\r\nPriority:\r\nUniqueid:1.1\r\nLinkedid:x\r\n\r\nEvent:a\r\nPrivilege:\r\n",
             "\r\nPriority:\r\nUniqueid:1.1\r\nLinkedid:x\r\n\r\nEvent:a\r\nActionID:x\r\n",
             "\r\nPriority:\r\nUniqueid:1.1\r\nLinkedid:\r\n\r\nEvent:\r\nPrivilege:\r\nTimestamp:",
             "\nPriority:\nUniqueid:1.1\nLinkedid:\n\nEvent:\nPrivilege:\nTimestamp:"}) {
      CAPTURE(header);
      CAPTURE(text);
      fake_link link;
      node here{link};
      here.connect();
      auto asterisk = here.next();
      REQUIRE(link.wait(is_settled));
      here.script([&](auto& script) { script.channels = {channel_headers("1.1", "803", 4)}; });
      asterisk->send(came("1.1", "803"));
      REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1"); }));
      asterisk->send(with(header, text));
      CHECK(here.noted("line ends of strangers"));
      asterisk->send(came("1.3"));
      REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.3"); }));
      CHECK(last_of(link.at(), "1.1")->state == call_state::wait_route);
      CHECK_FALSE(is_told(link.at(), "1.2"));
      CHECK_FALSE(is_told(link.at(), "x"));
      CHECK(last_of(link.at(), "1.1")->texts.get(call_text::account_name) == "803");
    }
}

TEST_CASE("a hang-up by which a stranger means another's channel ends nothing") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  here.script([](auto& script) { script.channels = {channel_headers("1.1", "801", 4)}; });
  asterisk->send(came("1.1"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1"); }));
  for (const auto* rest : {"", "Response:a\r\n", "Event:a\r\n", "Event:a\r\nPrivilege:\r\n", "x\r\n\r\n",
                           "Event:\r\nPrivilege:\r\nTimestamp:"}) {
    auto message = went("1.2");
    const std::string before = "Exten: ";
    const auto text = std::string{"\r\nPriority:\r\nUniqueid:1.1\r\nLinkedid:x\r\n\r\n"} + rest;
    message.insert(message.find(before) + before.size(), text);
    asterisk->send(message + came("1.3"));
  }
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.3"); }));
  CHECK_FALSE(is_over(link.at(), "1.1"));
  CHECK(rollcall::testing::holds_soon([&] { return here.counters().messages_forged >= 6; }));
}

TEST_CASE("an item of a list that a stranger has ended names nobody") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  asterisk->send(came("1.1"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1"); }));
  auto forged = channel_headers("1.2");
  forged.insert(forged.find("4940"), "\r\nPriority:\r\nUniqueid:1.3\r\nLinkedid:1.3\r\n\r\n");
  here.script([&](auto& script) { script.channels = {forged}; });
  link.at().connection->request_snapshot();
  CHECK(here.noted("no list of its channels: a text has ended an item"));
  CHECK_FALSE(is_over(link.at(), "1.1"));
  CHECK_FALSE(is_told(link.at(), "1.3"));
}

TEST_CASE("a list with such a channel in it ends nothing") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  asterisk->send(came("1.1"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1"); }));
  auto forged = channel_headers("1.2");
  forged.insert(forged.find("4930"), "\r\nUniqueid: 1.3\r\nX: ");
  here.script([&](auto& script) { script.channels = {forged}; });
  link.at().connection->request_snapshot();
  CHECK(here.noted("no list of its channels"));
  CHECK_FALSE(is_over(link.at(), "1.1"));
  CHECK_FALSE(is_told(link.at(), "1.3"));
  CHECK(count<snapshot_end>(link.at()) == 1);
}

TEST_CASE(
    "while such a channel is up lists are not taken for all that it says, and at once when it has gone") {
  auto forged = channel_headers("1.2");
  forged.insert(forged.find("4930"), "\r\nUniqueid: 1.3\r\nX: ");
  using act = std::function<void(fake_link&, manager&)>;
  const act wish = [](fake_link& link, manager&) { link.at().connection->request_snapshot(); };
  const auto event = [](const std::string& name, const std::string& headers) -> act {
    return [=](fake_link&, manager& asterisk) { asterisk.send(event_text(name, headers)); };
  };
  const act order = [](fake_link& link, manager&) { CHECK(link.at().connection->hang_up("1.4")); };
  const auto rests = [&](const char* what, const act& begin, const act& end) {
    CAPTURE(what);
    fake_link link;
    auto bounds = node::quick();
    bounds.snapshot_again = bounds.snapshot_retry = std::chrono::hours{1};
    node here{link, bounds};
    const auto& counters = here.counters();
    here.connect();
    auto asterisk = here.next();
    REQUIRE(link.wait(is_settled));
    here.script([&](auto& script) { script.channels = {forged}; });
    begin(link, *asterisk);
    REQUIRE(rollcall::testing::holds_soon([&] { return counters.snapshots_failed == 1; }));
    for (int i = 0; i < 20; ++i)
      asterisk->send(event_text("Newstate", forged));
    asterisk->send(event_text("Hangup", channel_headers("9.9", "802")) + came("1.4")); // another one has gone
    REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.4"); }));
    std::this_thread::sleep_for(std::chrono::milliseconds{100}); // many ticks
    CHECK(counters.snapshots_failed == 1);
    here.script([](auto& script) { script.channels = {channel_headers("1.4", "801", 4)}; });
    end(link, *asterisk);
    CHECK(link.wait([](const auto& it) { return count<snapshot_end>(it) == 2; }));
    CHECK_FALSE(is_over(link.at(), "1.4"));
  };
  rests("seen in a list, and gone by an event that is believed", wish,
        event("Hangup", channel_headers("1.2")));
  rests("heard of, and gone by one that is not", event("Newstate", forged), event("Hangup", forged));
  rests("an order comes", wish, order);
  rests("the link wants to know", wish, wish);
}

} // namespace rollcall::asterisk_hostile_test
