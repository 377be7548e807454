#include "transport/switches/asterisk/login.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::asterisk_login_test {

using namespace asterisk;

namespace {

/// Answers the action that was sent last.
struct session {
  login it{"rollcall", "lab-secret", "q-"};
  std::string sent = it.greeted("Asterisk Call Manager/11.0.0");

  std::string header(const std::string& name) const {
    const auto at = sent.find("\r\n" + name + ": ");
    if (at == std::string::npos)
      return {};
    const auto from = at + name.size() + 4;
    return sent.substr(from, sent.find("\r\n", from) - from);
  }

  void answer(const std::vector<std::string>& lines) {
    ami_event message;
    message.add("ActionID: " + header("ActionID"));
    for (const auto& each : lines)
      message.add(each);
    sent = it.take(message);
  }
};

const std::vector<std::string> all_rights{
    "Response: Success", "CoreShowChannels: List.  (Priv: system,reporting,all)",
    "Hangup: Hangup channel.  (Priv: system,call,all)",
    "Getvar: Gets a variable.  (Priv: call,reporting,all)", "Setvar: Sets a variable.  (Priv: call,all)"};

} // namespace

TEST_CASE(
    "the secret does not leave us: Login has the MD5 of the challenge and the secret, and no events yet") {
  session one;
  CHECK(one.sent.starts_with("Action: Challenge\r\n"));
  one.answer({"Response: Success", "Challenge: 875673684"});
  CHECK(one.sent.starts_with("Action: Login\r\n"));
  CHECK(one.header("Username") == "rollcall");
  CHECK(one.header("Events") == "off");
  CHECK(one.header("Key") == login_key("875673684", "lab-secret"));
  CHECK(one.sent.find("lab-secret") == std::string::npos);
  CHECK(login_key("", "") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(login_key("a", "bc") == "900150983cd24fb0d6963f7d28e17f72"); // RFC 1321 A.5
}

TEST_CASE("it is in when it knows its rights and which run of Asterisk this is") {
  session one;
  one.answer({"Response: Success", "Challenge: 1"});
  one.answer({"Response: Success", "Message: Authentication accepted"});
  CHECK(one.sent.starts_with("Action: ListCommands\r\n"));
  one.answer(all_rights);
  CHECK(one.sent.starts_with("Action: CoreStatus\r\n"));
  one.answer({"Response: Success", "CoreStartupDate: 2026-11-30", "CoreStartupTime: 06:08:35"});
  CHECK(one.header("Variable") == "ENTITYID");
  CHECK(one.it.now() == login::state::asking);
  one.answer({"Response: Success", "Variable: ENTITYID", "Value: 02:fc:00:00:00:01"});
  CHECK(one.it.now() == login::state::in);
  CHECK(one.it.rights().all());
  CHECK(one.it.rights().note);
  CHECK(one.it.run() == "02:fc:00:00:00:01 2026-11-30 06:08:35");
}

TEST_CASE("a user with few rights gets in, and its rights are known") {
  session one;
  one.answer({"Response: Success", "Challenge: 1"});
  one.answer({"Response: Success"});
  one.answer({"Response: Success", "CoreShowChannels: List.", "Ping: Keepalive."});
  CHECK(one.it.now() == login::state::in);
  CHECK(one.it.rights().list);
  CHECK_FALSE(one.it.rights().hang_up);
  CHECK_FALSE(one.it.rights().ask);
  CHECK_FALSE(one.it.rights().note);
  CHECK(one.it.run().empty());
}

TEST_CASE("a wrong secret is told in Asterisk's words, on one line") {
  session one;
  one.answer({"Response: Success", "Challenge: 1"});
  one.answer({"Response: Error", "Message: Authentication\x1b failed"});
  CHECK(one.it.now() == login::state::refused);
  CHECK(one.it.refusal() == "Authentication\xEF\xBF\xBD failed");
  CHECK(one.sent.empty());
}

TEST_CASE("only an answer to what was asked last counts") {
  session one;
  const auto challenge = one.header("ActionID");
  ami_event other;
  other.add("Response: Success");
  other.add("Challenge: 1");
  CHECK(one.it.take(other).empty());
  one.answer({"Response: Success", "Challenge: 1"});
  CHECK(one.header("ActionID") != challenge);
  ami_event again;
  again.add("ActionID: " + challenge);
  again.add("Response: Error");
  CHECK(one.it.take(again).empty());
  CHECK(one.it.now() == login::state::asking);
}

TEST_CASE(
    "a challenge that could begin another line is no challenge, and what is no Asterisk is not spoken to") {
  login it{"rollcall", "s", "q-"};
  for (const auto* banner :
       {"", "SSH-2.0-OpenSSH_9.2", "HTTP/1.1 400 Bad Request", "asterisk call manager/1"})
    CHECK(it.greeted(banner).empty());
  CHECK(login_key("1\r\nAction: Command", "s").size() == 32);
}

} // namespace rollcall::asterisk_login_test
