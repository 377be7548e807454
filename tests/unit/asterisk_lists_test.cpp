#include "transport/switches/asterisk/channel_lists.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::asterisk_lists_test {

using namespace asterisk;

namespace {

using lines = std::vector<std::string>;
using state = channel_lists::state;

struct fixture {
  channel_rules rules{};
  leg_graph graph;
  channel_events events{rules, graph};
  static constexpr std::size_t most = 4;
  channel_lists lists{events, graph, most};
  leg_moment now{std::chrono::steady_clock::time_point{std::chrono::hours{1}},
                 timestamp{std::chrono::seconds{1'732'320'100}}};

  fixture() {
    graph.snapshot_begin();
    lists.begin(timestamp::min(), true);
  }

  static ami_event message(const lines& all) {
    ami_event made;
    for (const auto& each : all)
      made.add(each);
    return made;
  }
  void bridges(const lines& all) { lists.take_bridge(message(all)); }
  void channels(const lines& all) { lists.take_channel(message(all), {}); }
  void channel(const std::string& id) {
    channels({"Event: CoreShowChannel", "ActionID: 1", "Channel: PJSIP/801-1", "ChannelState: 6",
              "ChannelStateDesc: Up", "CallerIDNum: 1", "CallerIDName: ", "ConnectedLineNum: 2",
              "ConnectedLineName: ", "Language: en", "AccountCode: 801", "Context: x", "Exten: 2",
              "Priority: 1", "Uniqueid: " + id, "Linkedid: " + id});
  }
  void bridges_end(const std::string& items) {
    bridges({"Response: Success", "EventList: start"});
    bridges({"Event: BridgeListComplete", "EventList: Complete", "ListItems: " + items});
  }
  void channels_end(const std::string& items) {
    channels({"Event: CoreShowChannelsComplete", "EventList: Complete", "ListItems: " + items});
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "lists are whole when both have ended and each has as many items as it says") {
  bridges_end("0");
  channels({"Response: Success", "EventList: start"});
  channel("1732320000.1");
  CHECK(lists.now() == state::running);
  channels_end("1");
  CHECK(lists.now() == state::whole);
  CHECK(lists.take_pjsip() == lines{"1732320000.1"});
  CHECK(lists.take_pjsip().empty());
}

TEST_CASE_FIXTURE(fixture, "a list that is cut short, or says too many or no number of items, is none") {
  for (const std::string items : {"0", "2", "", "x", "1 ", "-1"}) {
    CAPTURE(items);
    lists.begin(timestamp::min(), true);
    bridges_end("0");
    channel("1732320000.1");
    channels_end(items);
    CHECK(lists.now() == state::failed);
  }
  lists.begin(timestamp::min(), true);
  bridges_end("1");
  channel("1732320000.1");
  channels_end("1");
  CHECK(lists.now() == state::failed);
}

TEST_CASE_FIXTURE(fixture, "a channel without a Uniqueid may be any, so that such a list is none") {
  bridges_end("0");
  channels({"Event: CoreShowChannel", "Channel: PJSIP/801-1"});
  channels_end("1");
  CHECK(lists.now() == state::failed);
  CHECK(lists.why() == "a channel that is not told as Asterisk tells it: PJSIP/801-1");
}

TEST_CASE_FIXTURE(fixture, "a Uniqueid that is none was never taken in, and spoils no list") {
  bridges_end("0");
  channel("a b");
  channels_end("1");
  CHECK(lists.now() == state::whole);
  CHECK(events.bad_ids() == 1);
}

TEST_CASE_FIXTURE(fixture, "a refusal ends the lists, in Asterisk's words") {
  bridges_end("0");
  channels({"Response: Error", "Message: Permission denied"});
  CHECK(lists.now() == state::failed);
  CHECK(lists.why() == "Asterisk refuses: Permission denied");
  channels_end("0");
  CHECK(lists.now() == state::failed);
}

TEST_CASE_FIXTURE(fixture,
                  "old channels of which no event has told are counted, but for those of the first lists") {
  const auto list_both = [&](int before, bool first) {
    graph.snapshot_begin();
    lists.begin(timestamp{std::chrono::seconds{1'732'320'000 + before}}, first);
    bridges_end("0");
    channel("1732320000.1");
    channel("1732320090.2");
    channels_end("2");
    graph.snapshot_end(true, now);
    lists.end();
    return lists.unheard();
  };
  SUBCASE("the first lists") {
    CHECK(list_both(99, true) == 0);
    CHECK(list_both(99, false) == 0); // the graph has them by now
  }
  SUBCASE("no event comes") {
    CHECK(list_both(50, false) == 1);
    CHECK(list_both(99, false) == 2);
    lists.heard("1732320000.1");
    CHECK(list_both(99, false) == 1);
  }
}

TEST_CASE_FIXTURE(fixture,
                  "of a list without an end so many names are kept, and of none that names no channel") {
  lists.begin(timestamp::min(), false);
  channel("a b");
  for (int i = 0; i < 10; ++i)
    channel("1732320000." + std::to_string(i));
  CHECK(lists.kept() == 2 * most);
  CHECK(lists.unheard() == 0);
  lists.fail("no end");
  lists.end();
  CHECK(lists.take_pjsip().size() == most);
  for (int i = 0; i < 10; ++i)
    lists.heard("1732320000." + std::to_string(i));
  CHECK(lists.kept() == 0);
}

} // namespace rollcall::asterisk_lists_test
