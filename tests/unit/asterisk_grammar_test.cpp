#include "transport/switches/asterisk/ami_grammar.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace rollcall::asterisk_grammar_test {

using namespace asterisk;

namespace {

using lines = std::vector<std::string>;

const lines names{"Channel",           "ChannelState", "ChannelStateDesc",
                  "CallerIDNum",       "CallerIDName", "ConnectedLineNum",
                  "ConnectedLineName", "Language",     "AccountCode",
                  "Context",           "Exten",        "Priority",
                  "Uniqueid",          "Linkedid"};

lines channel(const std::string& prefix = {}) {
  lines all;
  for (const auto& each : names)
    all.push_back(prefix + each + ": 1");
  return all;
}

bool whole(const lines& all) {
  ami_event made;
  for (const auto& each : all)
    made.add(each);
  return has_whole_channels(made);
}

lines together(std::initializer_list<lines> parts) {
  lines all;
  for (const auto& each : parts)
    all.insert(all.end(), each.begin(), each.end());
  return all;
}

} // namespace

TEST_CASE("channels are whole, none, one or more, and what else there is stands around them") {
  CHECK(whole({"Event: BridgeCreate", "BridgeUniqueid: 1"}));
  CHECK(whole(together({{"Event: Newchannel", "Privilege: call,all"},
                        channel(),
                        {"ChanVariable: A=1", "ChanVariable: B=1"}})));
  CHECK(whole(together(
      {{"Event: DialBegin"}, channel(), {"ChanVariable: A=1"}, channel("Dest"), {"DialString: 1@c"}})));
  CHECK(whole(together(
      {{"Event: BridgeEnter", "BridgeUniqueid: 1", "BridgeType: basic"}, channel(), {"SwapUniqueid: 2"}})));
}

TEST_CASE("where a transfer leads to stands behind its channels") {
  CHECK(whole(together({{"Event: BlindTransfer"},
                        channel("Transferer"),
                        channel("Transferee"),
                        {"IsExternal: Yes", "Context: x", "Extension: 1"}})));
  CHECK(whole(together({{"Event: LocalBridge"},
                        channel("LocalOne"),
                        channel("LocalTwo"),
                        {"Context: x", "Exten: 1", "LocalOptimization: Yes"}})));
}

TEST_CASE("a channel may have headers that are not read, as a later Asterisk may write") {
  auto all = channel();
  all.insert(all.begin() + 5, "Tenant: 1");
  CHECK(whole(all));
}

TEST_CASE("a header that is read and stands within a channel is a stranger's") {
  for (const auto* text :
       {"Uniqueid: x", "AccountCode: 802", "ChanVariable: RC_ACCOUNT=802", "DestChanVariable: A=1",
        "SwapUniqueid: x", "DestUniqueid: x", "Event: Hangup", "Channel: PJSIP/x-1", "BridgeUniqueid: x",
        "DialStatus: ANSWER", "Linkedid: x", "Application: AppDial"})
    for (std::size_t at = 1; at < names.size(); ++at) {
      auto all = channel();
      all.insert(all.begin() + static_cast<std::ptrdiff_t>(at), text);
      CAPTURE(text);
      CAPTURE(at);
      CHECK_FALSE(whole(all));
    }
}

TEST_CASE("a channel that is cut at any place, at its beginning or its end, is none") {
  for (std::size_t at = 1; at < names.size(); ++at) {
    const auto all = channel();
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(at);
    CHECK_FALSE(whole({all.begin(), middle}));
    CHECK_FALSE(whole({middle, all.end()}));
  }
  CHECK_FALSE(whole({"Event: Hangup", "Privilege: call,all", "Uniqueid: 1"}));
  CHECK_FALSE(whole(together({channel(), channel()})));
  CHECK_FALSE(whole(together({channel("Dest"), {"DestUniqueid: 2"}})));
}

TEST_CASE("what stands around channels is told once, and in its place") {
  const auto event = [](const lines& before, const lines& behind) {
    return whole(together({{"Event: BridgeEnter"}, before, channel(), behind}));
  };
  CHECK(event({"BridgeUniqueid: 1"}, {"ChanVariable: A=1", "ChanVariable: B=1", "SwapUniqueid: 2"}));
  CHECK_FALSE(event({"BridgeUniqueid: 1", "BridgeUniqueid: 2"}, {}));
  CHECK_FALSE(event({"BridgeId: 1"}, {"BridgeId: 2"}));
  CHECK_FALSE(event({"SwapUniqueid: 1"}, {}));
  CHECK_FALSE(event({}, {"SwapUniqueid: 1", "SwapUniqueid: 2"}));
  CHECK_FALSE(event({"ChanVariable: A=1"}, {}));
  CHECK_FALSE(event({}, {"ChanVariable: A=1", "ChanVariable: A=2"}));
  CHECK_FALSE(event({}, {"ChanVariable: A=1", "ChanVariable: B=1", "ChanVariable: A=2"}));
  CHECK_FALSE(event({}, {"Application: Dial", "ChanVariable: A=1"}));
  CHECK_FALSE(event({}, {"DestChanVariable: A=1"}));
}

TEST_CASE("an event begins with its name, its class and its time") {
  const auto begins = [](const lines& all) {
    ami_event made;
    for (const auto& each : all)
      made.add(each);
    return begins_as_event(made);
  };
  CHECK(begins({"Event: Hangup", "Privilege: call,all", "Timestamp: 1796019616.000001"}));
  CHECK(begins({"Event: Hangup", "Privilege: call,all", "Timestamp: 1796019616.000001", "Channel: x"}));
  CHECK(begins({"Event: Reload", "Privilege: <none>", "Timestamp: 1796019616.000001"}));
  for (const lines& text : {lines{"Event:", "Privilege: call,all", "Timestamp: 1796019616.000001"},
                            lines{"Event: a", "Privilege:", "Timestamp: 1796019616.000001"},
                            lines{"Event: a", "Privilege: call", "Timestamp: 1796019616.000001"},
                            lines{"Event: a", "Privilege: call,all", "Timestamp:"},
                            lines{"Event: a", "Privilege: call,all", "Timestamp: 1796019616.00001"},
                            lines{"Event: a", "Privilege: call,all", "Timestamp: 1796019616,000001"}})
    CHECK_FALSE(begins(text));
  CHECK_FALSE(begins({"Event: Hangup", "Privilege: call,all"}));
  CHECK_FALSE(begins({"Event: Hangup", "Privilege: call,all", "Channel: x"}));
  CHECK_FALSE(begins({"Event: Hangup", "Timestamp: 1796019616.000001", "Privilege: call,all"}));
  CHECK_FALSE(
      begins({"CallerIDName: a", "Event: Hangup", "Privilege: call,all", "Timestamp: 1796019616.000001"}));
}

} // namespace rollcall::asterisk_grammar_test
