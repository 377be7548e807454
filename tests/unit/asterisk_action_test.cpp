#include "transport/switches/asterisk/action.hpp"
#include "transport/switches/asterisk/requests.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace rollcall::asterisk_action_test {

using namespace asterisk;

TEST_CASE("an action is its name, its id, its headers and an empty line") {
  CHECK(action_text("Ping", "x-1") == "Action: Ping\r\nActionID: x-1\r\n\r\n");
  CHECK(action_text("Hangup", "x-2", {{"Channel", "lab-1.2"}})
        == "Action: Hangup\r\nActionID: x-2\r\nChannel: lab-1.2\r\n\r\n");
}

TEST_CASE("what could begin another line, or is too long for one, makes no action at all") {
  for (const auto& bad : {std::string{"1.2\r\nAction: Command"}, std::string{"1.2\n"}, std::string{"1.2\r"},
                          std::string{"1.2\0", 4}, std::string(most_written, 'x')}) {
    CHECK(action_text("Hangup", "x", {{"Channel", bad}}).empty());
    CHECK(action_text("Hangup", bad).empty());
    CHECK(action_text("Hangup", "x", {{"Channel", bad}, {"Cause", "16"}}).empty());
  }
  const std::string most(most_written - std::string{"Channel: "}.size(), 'x');
  CHECK(action_text("Hangup", "x", {{"Channel", most}}).size() > most_written);
  CHECK(action_text("Hangup", "x", {{"Channel", most + 'x'}}).empty());
}

TEST_CASE("a leg is named by a Uniqueid that can be neither the name of a channel nor a pattern of names") {
  for (const auto* good : {"1795869078.0", "lab-1795869078.17", "asterisk@host_1-1795869078.4294967295"})
    CHECK(is_addressable(good));
  for (const auto* bad :
       {"", "/.*/", "PJSIP/801-00000001", "a b", "Local/1@route-0001;1", "1.2\r\nAction: Ping", "\xC3\xA9"})
    CHECK_FALSE(is_addressable(bad));
}

TEST_CASE("an answer is found by its ActionID, once, and those of others are none") {
  const requests::moment now{std::chrono::hours{1}};
  requests all{"secret-"};
  const auto first = all.add({request::kind::hang_up, "1.1", "1.1", now});
  const auto second = all.add({request::kind::bridges, {}, {}, now});
  CHECK(first == "secret-1");
  for (const auto* other :
       {"", "secret-", "secret-3", "secret-1 ", "secret-x", "1", "other-1", "secret-99999999999999999999"})
    CHECK(all.find(other) == nullptr);
  REQUIRE(all.find(second));
  CHECK(all.find(second)->is_list());
  CHECK(all.take(first)->leg == "1.1");
  CHECK_FALSE(all.take(first));
  CHECK(all.take_overdue(now + std::chrono::hours{1}).empty()); // a list has its own deadline
  all.drop_lists();
  CHECK(all.size() == 0);
}

TEST_CASE("what is not answered in time is given up, the oldest first") {
  const requests::moment now{std::chrono::hours{1}};
  requests all{"s-"};
  all.add({request::kind::hang_up, "1.1", "1.1", now});
  all.add({request::kind::media, "1.2", {}, now + std::chrono::seconds{1}});
  all.add({request::kind::media, "1.3", {}, now + std::chrono::seconds{9}});
  const auto late = all.take_overdue(now + std::chrono::seconds{5});
  REQUIRE(late.size() == 2);
  CHECK(late[0].leg == "1.1");
  CHECK(late[1].leg == "1.2");
  CHECK(all.find("s-1") == nullptr);
  all.resumed(now + std::chrono::seconds{20});
  CHECK(all.take_overdue(now + std::chrono::seconds{15}).empty());
}

TEST_CASE("no two connections have ActionIDs alike") {
  CHECK(requests::unguessable() != requests::unguessable());
}

} // namespace rollcall::asterisk_action_test
