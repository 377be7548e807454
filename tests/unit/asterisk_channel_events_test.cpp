#include "transport/switches/asterisk/channel_events.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::asterisk_channel_events_test {

using namespace asterisk;

namespace {

using lines = std::vector<std::string>;

struct fixture {
  channel_rules rules{.carriers = {"carrier-a"}};
  leg_graph graph;
  channel_events events{rules, graph};
  leg_moment now{std::chrono::steady_clock::time_point{std::chrono::hours{1}},
                 timestamp{std::chrono::hours{500'000}}};

  static ami_event event_of(const lines& all) {
    ami_event made;
    for (const auto& each : all)
      made.add(each);
    return made;
  }

  void says(const lines& all) { events.take(event_of(all), now); }

  void comes(const std::string& id, const std::string& endpoint, const lines& more = {}) {
    lines all{"Event: Newchannel", "Uniqueid: " + id,
              "Linkedid: " + id,   "ChannelState: 4",
              "Exten: 4930",       "Channel: PJSIP/" + endpoint + "-00000001",
              "CallerIDNum: 4940", "AccountCode: " + endpoint};
    all.insert(all.begin() + 1, more.begin(), more.end());
    says(all);
  }

  void dials(const std::string& id, const std::string& dialled, const std::string& endpoint) {
    says({"Event: DialBegin", "Uniqueid: " + id, "Channel: PJSIP/x-1", "DestUniqueid: " + dialled,
          "DestLinkedid: " + id, "DestChannel: PJSIP/" + endpoint + "-00000002",
          "DialString: 1@" + endpoint});
  }

  std::string row(std::string_view id) const {
    const auto* const found = graph.find(id);
    if (!found)
      return "none";
    auto text = found->account + ' ' + found->caller + '>' + found->callee + ' ' + found->connection + ':';
    for (const auto& leg : found->legs)
      text += ' ' + leg;
    return text;
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "asterisk: a header that comes again says nothing") {
  comes("1.1", "801", {});
  says({"Event: Newstate", "Uniqueid: 1.1", "ChannelState: 4", "Uniqueid: 9.9", "ChannelState: 6"});
  CHECK(row("1.1") == "801 4940>4930 : 1.1");
  CHECK(graph.find("1.1")->state == call_state::wait_route);
  CHECK_FALSE(graph.has_leg("9.9"));
}

TEST_CASE_FIXTURE(fixture,
                  "asterisk: channels whose Uniqueid could not be put into a command are not taken") {
  comes("1 1", "801");
  comes(std::string(152, '1'), "801");
  comes("/PJSIP/", "801");
  comes("PJSIP/901-00000001", "801");
  comes("1\xff", "801");
  CHECK(graph.leg_count() == 0);
  CHECK(events.bad_ids() == 5);
}

TEST_CASE_FIXTURE(
    fixture,
    "asterisk: events with headers of somebody's choice, and others that are not known, do nothing") {
  comes("1.1", "801");
  for (const std::string name :
       {"UserEvent", "VarSet", "Newexten", "Status", "CoreShowChannel", "TestEvent", ""})
    says({"Event: " + name, "Uniqueid: 2.2", "Channel: PJSIP/901-1", "BridgeUniqueid: b"});
  CHECK(graph.leg_count() == 1);
  CHECK(graph.bridge_count() == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "asterisk: what comes after a Hangup, with the values of another channel, is nothing") {
  comes("1.1", "801");
  says({"Event: Hangup", "Uniqueid: 1.1", "Channel: PJSIP/801-00000001", "AccountCode: 903"});
  says({"Event: NewAccountCode", "Uniqueid: 1.1", "Channel: PJSIP/801-00000001", "AccountCode: 903"});
  CHECK(graph.leg_count() == 0);
  CHECK(graph.call_count() == 0);
}

TEST_CASE_FIXTURE(fixture, "asterisk: a call that a carrier brings") {
  SUBCASE("to whom the dialplan says") {
    comes("1.1", "carrier-a", {"ChanVariable: RC_ACCOUNT=77"});
    CHECK(row("1.1") == "77 4940>4930 carrier-a: 1.1");
  }
  SUBCASE("to whom it is put through, else") {
    comes("1.1", "carrier-a");
    CHECK(row("1.1") == " 4940>4930 carrier-a: 1.1");
    says({"Event: Newchannel", "Uniqueid: 1.2", "Linkedid: 1.1", "Channel: PJSIP/901-00000002",
          "ChannelState: 0", "AccountCode: 901"});
    dials("1.1", "1.2", "901");
    CHECK(row("1.1") == "901 4940>4930 carrier-a: 1.1 1.2");
  }
}

TEST_CASE_FIXTURE(
    fixture, "asterisk: the direction of a call is what the dialplan says, or that a carrier was dialled") {
  comes("1.1", "801", {"ChanVariable: RC_DIRECTION=onnet_out"});
  says(
      {"Event: AttendedTransfer", "TransfereeUniqueid: 1.1", "TransfereeChanVariable: RC_DIRECTION=another"});
  CHECK(graph.find("1.1")->said_direction == "onnet_out");
  CHECK_FALSE(graph.find("1.1")->to_carrier);
  dials("1.1", "1.2", "carrier-a");
  CHECK(graph.find("1.1")->to_carrier);
}

TEST_CASE_FIXTURE(fixture, "asterisk: a variable may be the account") {
  rules.account_variable = "TENANT";
  comes("1.1", "801", {"ChanVariable: TENANT=5"});
  CHECK(row("1.1") == "5 4940>4930 : 1.1");
}

TEST_CASE_FIXTURE(fixture,
                  "asterisk: who serves a queue has an account of its own, and is in its caller's call") {
  const auto item = [](const lines& more) {
    lines all{"Event: CoreShowChannel", "ChannelState: 6", "BridgeId: b", "Linkedid: lab-1795869100.1"};
    all.insert(all.end(), more.begin(), more.end());
    return event_of(all);
  };
  graph.snapshot_begin();
  events.listed_bridge(event_of({"Event: BridgeListItem", "BridgeUniqueid: b", "BridgeType: basic"}));
  events.listed_channel(item(
      {"Uniqueid: lab-1795869101.2", "Channel: PJSIP/901-2", "AccountCode: 901", "Application: AppQueue"}));
  events.listed_channel(item({"Uniqueid: lab-1795869100.1", "Channel: PJSIP/801-1", "AccountCode: 801",
                              "Application: Queue", "Exten: 500"}),
                        std::chrono::seconds{5});
  graph.snapshot_end(true, now);
  CHECK(row("lab-1795869100.1") == "801 >500 : lab-1795869100.1 lab-1795869101.2");
  CHECK(graph.find("lab-1795869100.1")->setup == timestamp{std::chrono::seconds{1795869105}});
}

TEST_CASE_FIXTURE(fixture, "asterisk: addresses of media and Call-IDs that are asked for") {
  comes("1.1", "801");
  dials("1.1", "1.2", "carrier-a");
  events.media("1.1", "192.0.2.1:4000", now);
  events.media("1.2", "192.0.2.2:4000", now);
  events.media("1.1", "(null)", now); // on hold
  events.media("9.9", "192.0.2.3:4000", now);
  events.sip_call_id("1.1", "abc@host", now);
  CHECK(graph.find("1.1")->caller_media == "192.0.2.1");
  CHECK(graph.find("1.1")->callee_media == "192.0.2.2");
  CHECK(graph.find("1.1")->sip_call_id == "abc@host");
  CHECK(graph.leg_count() == 2);
}

TEST_CASE_FIXTURE(fixture, "asterisk: bridges are left, merged and destroyed") {
  comes("1.1", "801");
  dials("1.1", "1.2", "carrier-a");
  for (const std::string id : {"1.1", "1.2"}) {
    says({"Event: Newstate", "Uniqueid: " + id, "ChannelState: 6"});
    says({"Event: BridgeEnter", "Uniqueid: " + id, "BridgeUniqueid: b", "BridgeType: basic"});
  }
  CHECK(graph.bridge_count() == 1);
  says({"Event: BridgeMerge", "ToBridgeUniqueid: c", "FromBridgeUniqueid: b"});
  says({"Event: BridgeLeave", "Uniqueid: 1.2", "BridgeUniqueid: b"});
  says({"Event: BridgeDestroy", "BridgeUniqueid: b"});
  CHECK(graph.bridge_count() == 0);
  CHECK(row("1.1") == "801 4940>4930 carrier-a: 1.1 1.2");
}

TEST_CASE_FIXTURE(fixture, "asterisk: a channel that is first heard of late came when its Uniqueid says") {
  using namespace std::chrono_literals;
  const auto id = [](const std::string& seconds) { return "lab-" + seconds + ".1"; };
  struct example {
    std::string event, seconds, told;
    timestamp setup;
  };
  const std::vector<example> table = {
      {"Newstate", "1799999000", "1800000000.5", timestamp{1799999000s - 500ms}}, // its clock is ahead
      {"Newstate", "1799999001", "", timestamp{1799999001s - 500ms}},             // as it was
      {"Newchannel", "1799999002", "1800000000", timestamp{1800000000s}},
      {"Newstate", "1700000000", "1800000000", timestamp{1700000000s}},
      {"Newstate", "17", "1800000000", timestamp{1800000000s}},         // chosen
      {"Newstate", "99999999999", "1800000000", timestamp{1800000000s}} // as well
  };
  for (const auto& each : table) {
    CAPTURE(each.seconds);
    lines all{"Event: " + each.event, "Uniqueid: " + id(each.seconds), "Channel: PJSIP/801-1",
              "ChannelState: 6"};
    if (!each.told.empty())
      all.push_back("Timestamp: " + each.told);
    says(all);
    REQUIRE(graph.find(id(each.seconds)) != nullptr);
    CHECK(graph.find(id(each.seconds))->setup == each.setup);
  }
}

TEST_CASE_FIXTURE(fixture, "asterisk: a listed channel without a Uniqueid leaves the list not whole") {
  CHECK(events.listed_channel(event_of({"Event: CoreShowChannel", "Uniqueid: 1.1", "Channel: PJSIP/801-1"})));
  CHECK(
      events.listed_channel(event_of({"Event: CoreShowChannel", "Uniqueid: a/b"}))); // it is not in the graph
  CHECK_FALSE(events.listed_channel(event_of({"Event: CoreShowChannel", "Channel: PJSIP/801-1"})));
}

} // namespace rollcall::asterisk_channel_events_test
