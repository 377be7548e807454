#include "transport/switches/asterisk/channel_notes.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rollcall::asterisk_channel_notes_test {

using namespace asterisk;
using namespace std::chrono_literals;

namespace {

using names = std::vector<std::string>;

constexpr timestamp epoch{std::chrono::seconds{1'800'000'000}};

/// An Asterisk with channels of the account 801, and the notes that they carry.
struct fixture {
  leg_moment at() const { return {now, epoch}; }

  void comes(std::string_view id) {
    graph.seen({.id = id,
                .kind = leg_kind::external,
                .state = leg_state::calling,
                .group = id,
                .account = "801",
                .caller = "4930"},
               at());
  }
  void dials(std::string_view id, std::string_view of) {
    graph.dialled({.id = id, .kind = leg_kind::external, .state = leg_state::ringing, .group = of}, of, "1",
                  at());
  }
  void up(std::string_view id) { graph.seen({.id = id, .state = leg_state::up}, at()); }

  /// A call of two that talk to each other.
  void talk() {
    comes("1.1");
    dials("1.2", "1.1");
    up("1.2");
    up("1.1");
    graph.bridge_seen("x", bridge_kind::conversation, at());
    graph.joined("1.1", "x", at());
    graph.joined("1.2", "x", at());
  }

  void take_changes() {
    for (const auto& each : graph.take_changes())
      if (const auto* began = std::get_if<call_began>(&each))
        notes.look(began->call);
      else if (const auto* changed = std::get_if<call_changed>(&each))
        notes.look(changed->call);
  }

  /// A list of these channels, each with the note that it carries by now.
  void list(const names& channels, bool whole = true) {
    graph.snapshot_begin();
    notes.begin_lists();
    graph.listed_bridge("x", bridge_kind::conversation);
    for (const auto& each : channels) {
      notes.listed(item(each), epoch);
      graph.listed(
          {{.id = each, .kind = leg_kind::external, .state = leg_state::up, .group = each, .account = "801"},
           "x",
           each != "1.1"});
    }
    notes.remember();
    graph.snapshot_end(whole, at());
    take_changes();
    if (whole)
      notes.look_at_all();
  }

  ami_event item(const std::string& id) const {
    ami_event made;
    made.add("Event: CoreShowChannel");
    made.add("Uniqueid: " + id);
    made.add("ChanVariable: RC_CALLID=");
    const auto found = carried.find(id);
    if (has_variable && !without.contains(id))
      made.add("ChanVariable: RC_NOTE=" + (found == carried.end() ? std::string{} : found->second));
    return made;
  }

  /// Writes what is to be written; returns where.
  names write() {
    names all;
    while (auto next = notes.next()) {
      all.push_back(next->leg + (next->text.empty() ? " nothing" : ""));
      carried[next->leg] = next->text;
    }
    return all;
  }

  names calls() const {
    names all;
    for (const auto* each : graph.calls()) {
      auto text = each->id + ":";
      for (const auto& leg : each->legs)
        text += ' ' + leg + (leg == each->owner ? "*" : "");
      all.push_back(std::move(text));
    }
    return all;
  }

  std::chrono::steady_clock::time_point now{1h};
  std::map<std::string, std::string> carried; ///< by channel
  bool has_variable = true;
  std::set<std::string> without; ///< channels that do not show it all the same
  leg_graph graph;
  channel_notes notes{graph, 100};
};

/// The same Asterisk, as a node sees it that knows nothing of it.
struct next_node : fixture {
  explicit next_node(const fixture& before) { carried = before.carried; }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "a call whose caller has gone is the same for whoever connects next") {
  list({});
  talk();
  take_changes();
  CHECK(write() == names{"1.1"}); // when it was answered
  graph.gone("1.1", at());
  dials("1.3", "1.2");
  up("1.3");
  take_changes();
  CHECK(write() == names{"1.2", "1.3"});
  take_changes();
  CHECK(write().empty());

  next_node next{*this};
  next.list({"1.2", "1.3"});
  CHECK(next.calls() == names{"1.1: 1.2 1.3"});
  const auto* const call = next.graph.find("1.1");
  REQUIRE(call);
  CHECK(call->account == "801");
  CHECK(call->caller == "4930");
  CHECK(call->connect == graph.find("1.1")->connect);
  CHECK(next.write().empty());
}

TEST_CASE_FIXTURE(fixture, "when a call was answered is known to whoever connects next") {
  list({});
  talk();
  take_changes();
  write();
  next_node next{*this};
  next.list({"1.1", "1.2"});
  CHECK(next.calls() == names{"1.1: 1.1* 1.2"});
  CHECK(next.graph.find("1.1")->connect == epoch);
}

TEST_CASE_FIXTURE(fixture, "a call that rings needs no note, for lists tell all of it") {
  list({});
  comes("1.1");
  dials("1.2", "1.1");
  take_changes();
  CHECK(write().empty());
}

TEST_CASE_FIXTURE(fixture, "a channel that goes to another call has no note of the former one any more") {
  list({});
  talk();
  graph.gone("1.1", at());
  take_changes();
  CHECK(write() == names{"1.2"});
  comes("1.5");
  up("1.5");
  graph.joined("1.5", "x", at()); // of the same account: the call without an owner gives its legs to it
  take_changes();
  CHECK(calls() == names{"1.5: 1.5* 1.2"});
  CHECK(write() == names{"1.5", "1.2 nothing"});
}

TEST_CASE_FIXTURE(fixture, "nothing is written before a whole list has shown what channels carry") {
  talk();
  take_changes();
  CHECK(write().empty());
  list({"1.1", "1.2"}, false);
  CHECK(write().empty());
  list({"1.1", "1.2"});
  CHECK(write() == names{"1.1"});
}

TEST_CASE_FIXTURE(fixture,
                  "what a list shows to be missing is written again, but not what was written behind it") {
  list({});
  talk();
  take_changes();
  write();
  SUBCASE("a channel that has taken another one's place has its variables") {
    std::swap(carried["1.1"], carried["1.2"]);
    list({"1.1", "1.2"});
    CHECK(write() == names{"1.1", "1.2 nothing"});
  }
  SUBCASE("the list was asked for before") {
    graph.gone("1.1", at());
    graph.snapshot_begin();
    notes.begin_lists();
    const auto before = item("1.2");
    take_changes();
    CHECK(write() == names{"1.2"});
    notes.listed(before, epoch);
    notes.remember();
    notes.look_at_all();
    CHECK(write().empty());
  }
}

TEST_CASE_FIXTURE(fixture, "nothing is written where nobody could read it") {
  has_variable = false;
  talk();
  list({"1.1", "1.2"});
  CHECK_FALSE(notes.readable());
  CHECK(write().empty());
  has_variable = true;
  list({"1.1", "1.2"});
  CHECK(notes.readable());
  CHECK(write() == names{"1.1"});
}

TEST_CASE_FIXTURE(
    fixture, "after manager reload channels show the variable only when something was written into them") {
  talk();
  has_variable = false;
  list({"1.1", "1.2"});
  without = {"1.1"};
  has_variable = true;
  list({"1.2", "1.1"});
  CHECK(notes.readable());
  CHECK(write() == names{"1.1"});
  without = {};
  list({"1.1", "1.2"});
  CHECK(write().empty());
}

TEST_CASE_FIXTURE(fixture, "notes that are none, or contradict each other, are counted and make no call") {
  SUBCASE("garbage") {
    carried["1.2"] = "1,801,,,5,0,1.1";
    list({"1.2"});
    CHECK(calls() == names{"1.2: 1.2*"});
  }
  SUBCASE("another channel's") {
    carried["1.2"] = "1,801,,,5,0,1.1,-,1.3";
    list({"1.2"});
    CHECK(calls() == names{"1.2: 1.2*"});
  }
  SUBCASE("two accounts of one call") {
    carried["1.2"] = "1,801,,,5,0,1.1,-,1.2";
    carried["1.3"] = "1,802,,,5,0,1.1,-,1.3";
    list({"1.2", "1.3"});
    CHECK(graph.find("1.1")->account == "801");
    CHECK(graph.find("1.1")->legs.front() == "1.2");
  }
  CHECK(notes.take_ignored() == 1);
  CHECK(notes.take_ignored() == 0);
}

TEST_CASE_FIXTURE(fixture, "what a graph knows by itself goes before what is noted") {
  list({});
  talk();
  take_changes();
  write();
  carried["1.2"] = "1,802,,,5,0,9.9,-,1.2";
  list({"1.1", "1.2"});
  CHECK(calls() == names{"1.1: 1.1* 1.2"});
  CHECK(write() == names{"1.2 nothing"});
}

TEST_CASE_FIXTURE(fixture,
                  "a channel that has gone is not written to, nor is one of which nobody keeps count") {
  list({});
  talk();
  take_changes();
  graph.gone("1.1", at());
  graph.gone("1.2", at());
  take_changes();
  CHECK(write().empty());
}

TEST_CASE("no more changes wait than may") {
  fixture one;
  channel_notes few{one.graph, 1};
  few.begin_lists();
  few.remember();
  few.look_at_all();
  one.talk();
  one.graph.gone("1.1", one.at());
  one.dials("1.3", "1.2");
  few.look(*one.graph.find("1.1"));
  CHECK(few.next());
  CHECK_FALSE(few.next());
  few.look_at_all();
  CHECK(few.next()->leg == "1.3");
}

} // namespace rollcall::asterisk_channel_notes_test
