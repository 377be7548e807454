#include "transport/kamailio/conversation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

using namespace rollcall;
using namespace rollcall::kamailio;
using namespace std::chrono_literals;

namespace {

const conversation::moment start{};

call_report report(std::uint64_t seq, const std::string& id, call_state state) {
  call_report said;
  said.seq = seq;
  said.event.id = id;
  said.event.state = state;
  said.event.texts.set(call_text::sip_call_id, id + "@host");
  said.cseq = std::string{"1"}; // GCC 12 sees an overlap in a plain assignment
  return said;
}

struct fixture {
  fixture() : book(limits{}.remember), talk(limits{}, book, counters, start) { talk.begin({"1", 0}, start); }

  void hear(frame said, conversation::moment now = start) { talk.hear(std::move(said), now, news); }

  std::string speak(conversation::moment now = start) {
    std::string out;
    talk.speak(now, out, news);
    return out;
  }

  template <class T>
  std::size_t told() const {
    return static_cast<std::size_t>(std::count_if(
        news.begin(), news.end(), [](const auto& each) { return std::holds_alternative<T>(each); }));
  }

  void whole_snapshot(conversation::moment now = start) {
    talk.snapshot_begins(now, news);
    talk.snapshot_ends(now, news);
  }

  call_book book;
  metrics counters;
  conversation talk;
  switch_news news;
};

} // namespace

TEST_CASE_FIXTURE(fixture, "frames that make no sense are bad lines to the link") {
  hear(bad_frame{"x"});
  hear(hello{"1", 0});
  hear(report(0, "1-1-1", call_state::idle));
  CHECK(told<bad_line>() == 3);
  CHECK(news.size() == 3);
  CHECK(counters.frames_bad == 3);
}

TEST_CASE_FIXTURE(fixture, "the answer to a snapshot that was given up is passed over") {
  hear(snapshot_answer{"{}"});
  CHECK(news.empty());
}

TEST_CASE_FIXTURE(fixture, "late events of an ended call are not told") {
  hear(report(1, "1-1-1", call_state::dead));
  hear(report(2, "1-1-1", call_state::connected));
  CHECK(told<call_event>() == 1);
  CHECK(counters.events_late == 1);
}

TEST_CASE_FIXTURE(fixture, "a snapshot is due at once, and then as often as is set") {
  CHECK(talk.snapshot_due(start));
  whole_snapshot();
  const auto regular = limits{}.snapshot_interval;
  CHECK_FALSE(talk.snapshot_due(start + regular - 1ms));
  CHECK(talk.snapshot_due(start + regular));
}

TEST_CASE_FIXTURE(fixture, "no snapshot begins while one runs, and a wish meanwhile is kept") {
  talk.snapshot_begins(start, news);
  talk.resync();
  CHECK_FALSE(talk.snapshot_due(start + 1h));
  talk.snapshot_ends(start, news);
  CHECK(talk.snapshot_due(start + limits{}.snapshot_pause));
  CHECK_FALSE(talk.snapshot_due(start));
}

TEST_CASE_FIXTURE(fixture, "a long snapshot is followed by a longer rest") {
  talk.snapshot_begins(start, news);
  talk.resync();
  talk.snapshot_ends(start + 10s, news);
  CHECK_FALSE(talk.snapshot_due(start + 10s + 39s));
  CHECK(talk.snapshot_due(start + 10s + 40s));
}

TEST_CASE_FIXTURE(fixture, "a snapshot that fails ends no call, and is tried again after waits that grow") {
  hear(report(1, "1-1-1", call_state::connected));
  auto now = start;
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    REQUIRE(talk.snapshot_due(now));
    talk.snapshot_begins(now, news);
    talk.snapshot_failed(now);
    CHECK_FALSE(talk.snapshot_due(now + wait - 1ms));
    now += wait;
  }
  CHECK(told<snapshot_end>() == 0);
  CHECK(book.find("1-1-1"));
  CHECK(counters.snapshots_failed == 7);
}

TEST_CASE_FIXTURE(fixture,
                  "a snapshot tells of calls that are up, not of such as are over, and names what is bad") {
  hear(report(1, "1-1-1", call_state::connected));
  hear(report(2, "1-1-2", call_state::connected));
  hear(report(3, "1-1-2", call_state::dead));
  news.clear();
  talk.snapshot_begins(start, news);
  talk.snapshot_says(report(0, "1-1-2", call_state::connected), start, news); // Kamailio lists it for a while
  talk.snapshot_says(report(0, "1-1-3", call_state::ar_complete), start, news);
  talk.snapshot_says(no_call{}, start, news);
  talk.snapshot_says(bad_dialog{"1-1-1", "x"}, start, news); // known: it is there
  talk.snapshot_says(bad_dialog{"1-1-9", "x"}, start, news); // unknown: nothing can be told of it
  talk.snapshot_says(bad_dialog{"", "x"}, start, news);
  talk.snapshot_ends(start, news);
  REQUIRE(news.size() == 4);
  CHECK(std::holds_alternative<snapshot_begin>(news[0]));
  CHECK(std::get<call_event>(news[1]).id == "1-1-3");
  CHECK(std::get<call_event>(news[2]).id == "1-1-1");
  CHECK(std::get<call_event>(news[2]).state == call_state::idle);
  CHECK(std::holds_alternative<snapshot_end>(news[3]));
  CHECK(book.size() == 2);
  CHECK(counters.dialogs_bad == 3);
}

TEST_CASE_FIXTURE(fixture, "a lost event asks for a snapshot") {
  whole_snapshot();
  hear(report(2, "1-1-1", call_state::idle));
  const auto later = start + limits{}.snapshot_pause + 1ms;
  talk.tick(later - 1ms);
  CHECK_FALSE(talk.snapshot_due(later));
  talk.tick(later);
  CHECK(talk.snapshot_due(later));
  CHECK(counters.gaps == 1);
}

TEST_CASE_FIXTURE(fixture, "a last event that is lost is noticed by the answer to a ping") {
  whole_snapshot();
  hear(pong{1});
  talk.tick(start + 2s);
  CHECK(talk.snapshot_due(start + 2s));
}

TEST_CASE_FIXTURE(fixture, "a switch that answers no ping is silent, one that does is asked again") {
  CHECK(speak().empty());
  auto now = start + limits{}.ping;
  talk.tick(now);
  CHECK(speak(now) == R"(15:{"type":"ping"},)");
  CHECK_FALSE(talk.silent(now + limits{}.answer));
  CHECK(talk.silent(now + limits{}.answer + 1ms));
  hear(pong{0}, now);
  CHECK_FALSE(talk.silent(now + 1h));
  now += limits{}.ping;
  talk.tick(now);
  CHECK_FALSE(speak(now).empty());
}

TEST_CASE_FIXTURE(fixture, "a pause of ours is not held against the switch") {
  talk.tick(start + limits{}.ping);
  speak(start + limits{}.ping);
  talk.resumed(start + 1h);
  CHECK_FALSE(talk.silent(start + 1h + limits{}.answer));
  CHECK(talk.silent(start + 1h + limits{}.answer + 1ms));
}

TEST_CASE_FIXTURE(fixture, "hang-ups are sent, and what comes of them is told") {
  whole_snapshot();
  news.clear();
  hear(report(1, "1-1-1", call_state::connected));
  hear(report(2, "1-1-2", call_state::connected));
  news.clear();
  for (const auto* id : {"1-1-1", "1-1-2", "9-9-9"})
    talk.hang_up(id);
  const auto said = speak();
  CHECK(said.find("[1,1]") != std::string::npos);
  CHECK(said.find("[1,2]") != std::string::npos);
  REQUIRE(told<refusal>() == 1);
  CHECK(std::get<refusal>(news[0]).id == "9-9-9");
  hear(rpc_answer{1, 0, ""});
  hear(rpc_answer{2, 500, "no"});
  REQUIRE(told<refusal>() == 2);
  CHECK(std::get<refusal>(news[1]).id == "1-1-2");
  CHECK(std::get<refusal>(news[1]).message == "no");
  CHECK(counters.hang_ups_sent == 2);
}

TEST_CASE_FIXTURE(fixture, "a call to hang up that the switch does not know asks for a snapshot") {
  whole_snapshot();
  hear(report(1, "1-1-1", call_state::connected));
  talk.hang_up("1-1-1");
  speak();
  hear(rpc_answer{1, 404, "Dialog not found"});
  CHECK(told<refusal>() == 0);
  CHECK(talk.snapshot_due(start + limits{}.snapshot_pause));
}
