#include "asterisk_fixture.hpp"
#include "tests/component/holds_soon.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace rollcall::asterisk_connection_test {

using namespace asterisk::testing;
using asterisk::limits;

namespace {

std::optional<std::string> error_to(const action& asked, const char* name, const char* message) {
  if (asked.at("Action") != name)
    return std::nullopt;
  return "Response: Error\r\nActionID: " + asked.at("ActionID") + "\r\nMessage: " + message + "\r\n\r\n";
}

} // namespace

TEST_CASE("a wrong secret is noted and let go of when it is put right; it is never sent") {
  fake_link link;
  node here{link};
  here.to.values.insert_or_assign("secret", "another");
  here.connect();
  {
    auto first = here.next();
    CHECK(first->closed());
    CHECK(here.noted("switch ast-1: it refuses the manager user 'rollcall'"));
    CHECK(link.size() == 0);
  }
  here.script([](auto& script) { script.secret = "another"; });
  auto second = here.next();
  REQUIRE(link.wait(is_settled));
  CHECK(here.notes().lines().empty());
}

TEST_CASE("a user that may not list channels is of no use, and what it needs is noted") {
  fake_link link;
  node here{link};
  here.script([](auto& script) { script.rights = {"Hangup", "Getvar"}; });
  here.connect();
  auto first = here.next();
  CHECK(first->closed());
  CHECK(here.noted("may not give CoreShowChannels: it needs write = call,reporting"));
  CHECK(link.size() == 0);
}

TEST_CASE("a user that may not hang up shows calls, and each order is refused with the reason") {
  fake_link link;
  node here{link};
  here.script([](auto& script) { script.rights = {"CoreShowChannels"}; });
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  CHECK(here.noted("may not give Hangup, Getvar"));
  asterisk->send(came("1.1"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1"); }));
  CHECK(link.at().connection->hang_up("1.1"));
  CHECK(link.wait([](const auto& it) { return count<refusal>(it) == 1; }));
  CHECK(here.counters().hang_ups_sent == 0);
}

TEST_CASE("a call has what its channels say: account, numbers, connection, Call-ID, media") {
  fake_link link;
  node here{link};
  here.script([](auto& script) {
    script.instead = [](const action& asked) -> std::optional<std::string> {
      if (asked.at("Action") != "Getvar" || !asked.contains("Channel"))
        return std::nullopt;
      const std::string value = asked.at("Variable") == "CHANNEL(pjsip,call-id)" ? "a@b"
                                : asked.at("Channel") == "1.1"                   ? "192.0.2.1:4000"
                                                                                 : "192.0.2.2:4000";
      return "Response: Success\r\nActionID: " + asked.at("ActionID") + "\r\nValue: " + value + "\r\n\r\n";
    };
  });
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  asterisk->send(came("1.1") + dialled("1.2", "1.1", "carrier-a")
                 + event_text("Newstate", channel_headers("1.1"))
                 + event_text("Newstate", channel_headers("1.2", "carrier-a")));
  CHECK(link.wait([](const auto& it) {
    const auto call = last_of(it, "1.1");
    const auto has = [&](call_text which, std::string_view text) { return call->texts.get(which) == text; };
    return call && call->state == call_state::connected && call->connection == connection_id{7}
           && has(call_text::account_name, "801") && has(call_text::cli, "4930")
           && has(call_text::cld, "4940") && has(call_text::sip_call_id, "a@b")
           && has(call_text::caller_media_ip, "192.0.2.1") && has(call_text::callee_media_ip, "192.0.2.2");
  }));
}

TEST_CASE("a list that is cut short ends nothing, and a whole one ends what it does not have") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  asterisk->send(came("1.1") + came("1.2"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.2"); }));
  asterisk.reset();
  here.script([](auto& script) {
    script.whole = false;
    script.channels = {channel_headers("1.2")};
  });
  asterisk = here.next();
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1") && is_told(it, "1.2"); }, 1));
  CHECK(here.noted("no list of its channels: a list of 1 items ends with the number '2'"));
  CHECK_FALSE(is_settled(link.at(1)));
  CHECK_FALSE(is_over(link.at(1), "1.1"));
  here.script([](auto& script) { script.whole = true; });
  REQUIRE(link.wait(is_settled, 1));
  CHECK(is_over(link.at(1), "1.1"));
  CHECK_FALSE(is_over(link.at(1), "1.2"));
  CHECK(here.notes().lines().empty());
}

TEST_CASE("a call keeps its id and account over a lost connection, also when its owner has gone") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  asterisk->send(came("1.1") + dialled("1.2", "1.1", "carrier-a")
                 + event_text("Newstate", channel_headers("1.2", "carrier-a")) + went("1.1"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1"); }));
  asterisk.reset();
  here.script([](auto& script) { script.channels = {channel_headers("1.2", "carrier-a")}; });
  asterisk = here.next();
  REQUIRE(link.wait(is_settled, 1));
  REQUIRE(is_told(link.at(1), "1.1"));
  CHECK(last_of(link.at(1), "1.1")->texts.get(call_text::account_name) == "801");
  CHECK_FALSE(is_told(link.at(1), "1.2"));
  CHECK(link.at(1).connection->hang_up("1.1"));
  auto action = asterisk->told();
  while (action && action->at("Action") != "Hangup")
    action = asterisk->told();
  REQUIRE(action);
  CHECK(action->at("Channel") == "1.2");
}

TEST_CASE("what comes of a hang-up: Disconnecting, a refusal, or a look at the lists") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  asterisk->send(came("1.1") + came("1.2") + came("1.3"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.3"); }));
  const auto connection = link.at().connection;
  CHECK(connection->hang_up("1.1"));
  CHECK(link.wait([](const auto& it) { return last_of(it, "1.1")->state == call_state::disconnecting; }));
  here.script([](auto& script) {
    script.instead = [](const action& asked) { return error_to(asked, "Hangup", "Permission denied"); };
  });
  CHECK(connection->hang_up("1.2"));
  CHECK(link.wait([](const auto& it) { return count<refusal>(it) == 1; }));
  here.script([](auto& script) {
    script.instead = [](const action& asked) { return error_to(asked, "Hangup", "No such channel"); };
    script.channels = {channel_headers("1.1"), channel_headers("1.2")};
  });
  CHECK(connection->hang_up("1.3"));
  CHECK(link.wait([](const auto& it) { return is_over(it, "1.3"); }));
  CHECK(count<refusal>(link.at()) == 1);
  CHECK_FALSE(is_over(link.at(), "1.1"));
  CHECK_FALSE(is_over(link.at(), "1.2"));
  CHECK(here.counters().hang_ups_missing == 1);
}

TEST_CASE("an Asterisk that answers nothing any more is let go of, and connected to again; nothing ends") {
  auto bounds = node::quick();
  bounds.ping = std::chrono::milliseconds{20};
  bounds.answer = std::chrono::milliseconds{200};
  fake_link link;
  node here{link, bounds};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  asterisk->send(came("1.1"));
  REQUIRE(link.wait([](const auto& it) { return is_told(it, "1.1"); }));
  here.script([](auto& script) { script.silent = true; });
  CHECK(asterisk->closed());
  CHECK_FALSE(is_over(link.at(), "1.1"));
  here.script([](auto& script) {
    script.silent = false;
    script.channels = {channel_headers("1.1")};
  });
  asterisk = here.next();
  CHECK(link.wait(is_settled, 1));
  CHECK_FALSE(is_over(link.at(1), "1.1"));
}

TEST_CASE("channels that are listed and of which no event has told show that the user gets no events") {
  auto bounds = node::quick();
  bounds.unheard = std::chrono::milliseconds{0};
  fake_link link;
  node here{link, bounds};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  here.script([](auto& script) { script.channels = {channel_headers("1732320000.1")}; });
  link.at().connection->request_snapshot();
  CHECK(here.noted("needs read = call"));
  CHECK(link.wait([](const auto& it) { return is_told(it, "1732320000.1"); }));
  asterisk->send(event_text("Newstate", channel_headers("1732320000.1")));
  asterisk->send(came("1.2"));
  CHECK(link.wait([](const auto& it) { return is_told(it, "1.2"); }));
  link.at().connection->request_snapshot();
  CHECK(link.wait([](const auto& it) { return count<snapshot_end>(it) == 3; }));
  CHECK(here.notes().lines().empty());
}

TEST_CASE("an order before the channels are known is refused and not kept, however long lists take") {
  auto bounds = node::quick();
  bounds.tick =
      std::chrono::milliseconds{300}; // twice as long is a pause of ours, after which lists have time
  bounds.answer = std::chrono::milliseconds{1'000};
  fake_link link;
  node here{link, bounds};
  here.script([](auto& script) { script.channels = {channel_headers("1.1"), channel_headers("1.2")}; });
  std::atomic<bool> may_list{false};
  here.script([&](auto& script) {
    script.instead = [&](const action& asked) -> std::optional<std::string> {
      if (asked.at("Action") != "CoreShowChannels" || may_list)
        return std::nullopt;
      return std::string{}; // it has not answered yet
    };
  });
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait([](const auto&) { return true; }));
  const auto connection = link.at().connection;
  CHECK_FALSE(connection->hang_up("1.1"));
  REQUIRE(asterisk->listed(1));
  CHECK_FALSE(connection->hang_up("1.1"));
  may_list = true; // the first lists are given up, and the next have it
  REQUIRE(link.wait(is_settled));
  CHECK(connection->hang_up("1.2"));
  auto action = asterisk->told();
  while (action && action->at("Action") != "Hangup")
    action = asterisk->told();
  REQUIRE(action);
  CHECK(action->at("Channel") == "1.2");
  CHECK(here.counters().hang_ups_sent == 1);
}

TEST_CASE("an Asterisk that takes long to answer a question is not asked on, and orders need not wait") {
  auto bounds = node::quick();
  bounds.question_slow = std::chrono::milliseconds{20};
  bounds.question_rest = 50;
  fake_link link;
  node here{link, bounds};
  std::atomic<int> asked_for{0};
  here.script([&](auto& script) {
    script.instead = [&](const action& asked) -> std::optional<std::string> {
      if (asked.at("Action") != "Getvar" || !asked.contains("Channel"))
        return std::nullopt;
      if (++asked_for == 1)
        std::this_thread::sleep_for(2 * bounds.question_slow); // nor does it do anything else
      return std::nullopt;
    };
  });
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  std::string all; // at once, or the first answer comes before the second question
  for (int i = 1; i < 9; ++i)
    all += came("1." + std::to_string(i));
  asterisk->send(all);
  CHECK(rollcall::testing::holds_soon([&] { return asked_for == 2; })); // both were sent at once
  CHECK(link.at().connection->hang_up("1.8"));
  auto action = asterisk->told();
  while (action && action->at("Action") != "Hangup")
    action = asterisk->told();
  CHECK(action);
  CHECK(asked_for == 2);
  CHECK(rollcall::testing::holds_soon([&] { return asked_for > 2; }));
}

TEST_CASE("when the link hears of a call it may hang it up") {
  fake_link link;
  node here{link};
  here.script([](auto& script) { script.channels = {channel_headers("1.1")}; });
  std::atomic<int> refused{0};
  link.on_news = [&](const switch_connection_ptr& connection, const switch_news& news) {
    for (const auto& each : news)
      if (const auto* call = std::get_if<call_event>(&each); call && !connection->hang_up(call->id))
        ++refused;
  };
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  auto action = asterisk->told();
  while (action && action->at("Action") != "Hangup")
    action = asterisk->told();
  REQUIRE(action);
  CHECK(refused == 0);
}

TEST_CASE("while the node is behind and takes the next lists, orders go by what events have told") {
  fake_link link;
  auto bounds = node::quick();
  bounds.backlog = 5;
  link.consumes = false;
  node here{link, bounds};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  here.script([](auto& script) {
    script.instead = [](const action& asked) -> std::optional<std::string> {
      return asked.at("Action") == "CoreShowChannels" ? std::optional{std::string{}} : std::nullopt;
    };
  });
  std::string last;
  for (std::uint64_t i = 0; i < 50 && here.counters().dropped == 0; ++i) { // each in a delivery of its own
    last = "1." + std::to_string(i);
    asterisk->send(came(last));
    REQUIRE(rollcall::testing::holds_soon([&] { return here.counters().events > i; }));
  }
  REQUIRE(here.counters().dropped > 0);
  const auto connection = link.at().connection;
  for (int i = 0; i < 100; ++i)
    connection->consumed();
  REQUIRE(asterisk->listed(2)); // which is not answered
  CHECK(connection->hang_up(last));
  auto action = asterisk->told();
  while (action && action->at("Action") != "Hangup")
    action = asterisk->told();
  REQUIRE(action);
  CHECK(action->at("Channel") == last);
}

TEST_CASE("a link hears which run of Asterisk it is, and who, as of a switch of the feed") {
  fake_link link;
  node here{link};
  here.connect();
  auto asterisk = here.next();
  REQUIRE(link.wait(is_settled));
  const auto first = link.at().connection->host();
  CHECK_FALSE(first.run.empty());
  CHECK(first.address == "127.0.0.1");
  asterisk.reset();
  asterisk = here.next();
  REQUIRE(link.wait(is_settled, 1));
  CHECK(link.at(1).connection->host().run == first.run);
  here.script([](auto& script) { script.started = "09:00:00"; });
  asterisk.reset();
  asterisk = here.next();
  REQUIRE(link.wait(is_settled, 2));
  CHECK(link.at(2).connection->host().run != first.run);
}

TEST_CASE("one Asterisk under two names is refused under the second") {
  fake_link link;
  node here{link};
  here.connect();
  auto first = here.next();
  REQUIRE(link.wait(is_settled));
  auto second_name = here.to;
  second_name.name = switch_name{"ast-2"};
  here.connect_to({here.to, second_name});
  auto second = here.next();
  CHECK(second->closed());
  CHECK(here.noted("switch ast-2: refused: it is the same process as switch ast-1"));
  CHECK(link.size() == 1);
}

} // namespace rollcall::asterisk_connection_test
