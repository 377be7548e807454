#include "transport/switches/kamailio/conversation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace rollcall::kamailio_conversation_test {

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
  said.transaction = std::string{"48:1"}; // GCC 12 sees an overlap in a plain assignment
  return said;
}

struct fixture {
  fixture() : book(limits{}.remember), talk(limits{}, book, counters, start) { talk.begin({"1", 0}, start); }

  void on_frame(frame said, conversation::moment now = start) { talk.on_frame(std::move(said), now, news); }

  std::string write_pending(conversation::moment now = start) {
    std::string out;
    talk.write_pending(now, out, news);
    return out;
  }

  template <class T>
  std::size_t told() const {
    return static_cast<std::size_t>(std::count_if(
        news.begin(), news.end(), [](const auto& each) { return std::holds_alternative<T>(each); }));
  }

  void begin_snapshot(conversation::moment now = start) {
    talk.snapshot_begins(now, news);
    talk.snapshot_source_begins(now, news);
  }

  void whole_snapshot(conversation::moment now = start) {
    begin_snapshot(now);
    talk.snapshot_ends(now, news);
  }

  /// The counts around a list that has been named between them.
  std::optional<snapshot_error> doubt(std::uint64_t before, std::uint64_t after) {
    talk.snapshot_counted(before, start);
    talk.snapshot_read(start);
    talk.snapshot_counted(after, start);
    return talk.snapshot_doubt(dialog_source::dump_over_rpc);
  }

  call_book book;
  metrics counters;
  conversation talk;
  switch_news news;
};

} // namespace

TEST_CASE_FIXTURE(
    fixture, "frames that make no sense are counted and told once, and are not held against the switch") {
  on_frame(bad_frame{"x"});
  CHECK(talk.bad_frame_reason() == "x");
  CHECK_FALSE(talk.bad_frame_reason());
  on_frame(hello{"1", 0});
  on_frame(report(0, "1-1-1", call_state::idle));
  CHECK(news.empty());
  CHECK(counters.frames_bad == 3);
}

TEST_CASE_FIXTURE(fixture, "after news were dropped the link hears that something is missing, also when the "
                           "beginning of a snapshot was among them") {
  whole_snapshot();
  begin_snapshot();
  news.clear();
  talk.dropped();
  write_pending();
  CHECK(told<snapshot_begin>() == 2); // one that begins anew: until it ends, nothing is verified
}

TEST_CASE_FIXTURE(fixture, "bad fields are told to the link, of events and of snapshots, behind their call") {
  auto said = report(1, "1-1-1", call_state::wait_route);
  said.bad_fields = {{"call '1-1-1': i_account must be an integer"}};
  on_frame(said);
  REQUIRE(news.size() == 2);
  CHECK(std::get<malformed_field>(news[1]).reason == "call '1-1-1': i_account must be an integer");
  begin_snapshot();
  talk.snapshot_says(std::move(said), start, news);
  CHECK(told<call_event>() == 2);
  CHECK(told<malformed_field>() == 2);
}

TEST_CASE_FIXTURE(fixture, "foreign frames are counted, and nothing else") {
  for (int i = 0; i < 20; ++i)
    on_frame(foreign_frame{});
  CHECK(news.empty());
  CHECK_FALSE(talk.bad_frame_reason());
  CHECK(counters.frames_foreign == 20);
  CHECK(counters.frames_bad == 0);
}

TEST_CASE_FIXTURE(fixture, "the answer to a request of somebody else is passed over") {
  on_frame(rpc_answer{77, 500, "no"});
  on_frame(rpc_answer{std::nullopt, 500, "no"});
  CHECK(news.empty());
}

TEST_CASE_FIXTURE(fixture, "late events of an ended call are not told") {
  on_frame(report(1, "1-1-1", call_state::dead));
  on_frame(report(2, "1-1-1", call_state::connected));
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

TEST_CASE_FIXTURE(fixture, "no snapshot begins while one runs, and a request meanwhile is kept") {
  begin_snapshot();
  talk.resync();
  CHECK_FALSE(talk.snapshot_due(start + 1h));
  talk.snapshot_ends(start, news);
  CHECK(talk.snapshot_due(start + limits{}.snapshot_pause));
  CHECK_FALSE(talk.snapshot_due(start));
}

TEST_CASE_FIXTURE(fixture, "a long snapshot is followed by a longer rest") {
  begin_snapshot();
  talk.resync();
  talk.snapshot_ends(start + 10s, news);
  CHECK_FALSE(talk.snapshot_due(start + 10s + 39s));
  CHECK(talk.snapshot_due(start + 10s + 40s));
}

TEST_CASE_FIXTURE(fixture, "a snapshot that fails ends no call, and is tried again after waits that grow") {
  on_frame(report(1, "1-1-1", call_state::connected));
  auto now = start;
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    REQUIRE(talk.snapshot_due(now));
    begin_snapshot(now);
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
  on_frame(report(1, "1-1-1", call_state::connected));
  on_frame(report(2, "1-1-2", call_state::connected));
  on_frame(report(3, "1-1-2", call_state::dead));
  news.clear();
  begin_snapshot();
  talk.snapshot_says(report(0, "1-1-2", call_state::connected), start, news); // Kamailio lists it for a while
  talk.snapshot_says(report(0, "1-1-3", call_state::ar_complete), start, news);
  talk.snapshot_says(no_call{"1-1-8"}, start, news);
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
  on_frame(report(2, "1-1-1", call_state::idle));
  const auto later = start + limits{}.snapshot_pause + 1ms;
  talk.tick(later - 1ms);
  CHECK_FALSE(talk.snapshot_due(later));
  talk.tick(later);
  CHECK(talk.snapshot_due(later));
  CHECK(counters.gaps == 1);
}

TEST_CASE_FIXTURE(fixture, "a lost event makes the switch unverified until a snapshot ends") {
  whole_snapshot();
  on_frame(report(2, "1-1-1", call_state::idle));
  talk.tick(start + limits{}.hole + 1ms);
  news.clear();
  write_pending();
  CHECK(told<snapshot_begin>() == 2); // it begins anew, which tells the link that something is missing
  write_pending();
  CHECK(told<snapshot_begin>() == 2);
}

TEST_CASE_FIXTURE(fixture, "a snapshot is proved by Kamailio's own count, and one without a dialog is not") {
  on_frame(report(1, "1-1-1", call_state::connected));
  begin_snapshot();
  talk.snapshot_says(report(0, "1-1-1", call_state::connected), start, news);
  talk.snapshot_says(no_call{"1-1-2", false}, start, news); // of others
  talk.snapshot_says(no_call{"1-1-3", true}, start, news);  // over, and not counted
  SUBCASE("all") { CHECK_FALSE(doubt(2, 2)); }
  SUBCASE("one is missing") {
    const auto found = doubt(3, 3);
    REQUIRE(found);
    CHECK(found->kind == snapshot_failure::unproved);
  }
  SUBCASE("one is too many") { CHECK(doubt(1, 1)); }
}

TEST_CASE_FIXTURE(fixture, "dialogs listed by a failed source do not count for the next one") {
  begin_snapshot();
  talk.snapshot_source_begins(start, news);
  CHECK(told<snapshot_begin>() == 1); // it has named nothing
  talk.snapshot_says(report(0, "1-1-1", call_state::connected), start, news);
  talk.snapshot_source_begins(start, news);
  CHECK(told<snapshot_begin>() == 2);
}

TEST_CASE_FIXTURE(fixture, "a list with a dialog that makes no sense proves nothing") {
  begin_snapshot();
  talk.snapshot_says(bad_dialog{"1-1-1", "x"}, start, news);
  const auto found = doubt(1, 1);
  REQUIRE(found);
  CHECK(found->kind == snapshot_failure::malformed);
}

TEST_CASE_FIXTURE(fixture, "a list beside which events are lost proves nothing") {
  begin_snapshot();
  on_frame(report(2, "1-1-1", call_state::wait_route));
  talk.tick(start + limits{}.hole + 1ms);
  talk.snapshot_says(report(0, "1-1-1", call_state::wait_route), start, news);
  CHECK(doubt(0, 1));
}

TEST_CASE_FIXTURE(fixture, "a last event that is lost is noticed by the answer to a ping") {
  whole_snapshot();
  on_frame(pong{1});
  talk.tick(start + 2s);
  CHECK(talk.snapshot_due(start + 2s));
}

TEST_CASE_FIXTURE(fixture, "a switch that answers no ping is silent, one that does is asked again") {
  CHECK(write_pending() == R"(15:{"type":"ping"},)"); // at once, for the answer says what its clock says
  on_frame(pong{0});
  CHECK(write_pending().empty());
  auto now = start + limits{}.ping;
  talk.tick(now);
  CHECK(write_pending(now) == R"(15:{"type":"ping"},)");
  CHECK_FALSE(talk.silent(now + limits{}.answer));
  CHECK(talk.silent(now + limits{}.answer + 1ms));
  on_frame(pong{0}, now);
  CHECK_FALSE(talk.silent(now + 1h));
  now += limits{}.ping;
  talk.tick(now);
  CHECK_FALSE(write_pending(now).empty());
}

TEST_CASE_FIXTURE(fixture, "a pause of ours is not held against the switch") {
  talk.tick(start + limits{}.ping);
  write_pending(start + limits{}.ping);
  talk.resumed(start + 1h);
  CHECK_FALSE(talk.silent(start + 1h + limits{}.answer));
  CHECK(talk.silent(start + 1h + limits{}.answer + 1ms));
}

TEST_CASE_FIXTURE(fixture, "hang-ups are sent, and what comes of them is told") {
  whole_snapshot();
  news.clear();
  on_frame(report(1, "1-1-1", call_state::connected));
  on_frame(report(2, "1-1-2", call_state::connected));
  news.clear();
  for (const auto* id : {"1-1-1", "1-1-2", "9-9-9"})
    talk.hang_up(id);
  const auto said = write_pending();
  CHECK(said.find("[1,1]") != std::string::npos);
  CHECK(said.find("[1,2]") != std::string::npos);
  REQUIRE(told<refusal>() == 1);
  CHECK(std::get<refusal>(news[0]).id == "9-9-9");
  on_frame(rpc_answer{1, 0, ""});
  on_frame(rpc_answer{2, 500, "no"});
  REQUIRE(told<refusal>() == 2);
  CHECK(std::get<refusal>(news[1]).id == "1-1-2");
  CHECK(std::get<refusal>(news[1]).message == "no");
  CHECK(counters.hang_ups_sent == 2);
}

TEST_CASE_FIXTURE(fixture, "a call to hang up that the switch does not know asks for a snapshot") {
  whole_snapshot();
  on_frame(report(1, "1-1-1", call_state::connected));
  talk.hang_up("1-1-1");
  write_pending();
  on_frame(rpc_answer{1, 404, "Dialog not found"});
  CHECK(told<refusal>() == 0);
  CHECK(talk.snapshot_due(start + limits{}.snapshot_pause));
}

TEST_CASE_FIXTURE(fixture, "a call that the script refused without a word is looked for in a snapshot") {
  talk.snapshot_begins(start, news);
  talk.snapshot_ends(start, news);
  on_frame(report(1, "1-1-1", call_state::wait_route));
  const auto soon = start + limits{}.routing;
  talk.tick(soon - 1ms);
  CHECK_FALSE(talk.snapshot_due(soon - 1ms));
  talk.tick(soon);
  CHECK(talk.snapshot_due(soon));
}

TEST_CASE_FIXTURE(fixture, "a ping tells Kamailio that much was read, one at a time") {
  write_pending(); // the first ping, of every connection
  on_frame(pong{0});
  talk.received(limits{}.unread - 1);
  CHECK(write_pending().empty());
  talk.received(1);
  CHECK_FALSE(write_pending().empty());
  talk.received(limits{}.unread);
  CHECK(write_pending().empty());
  on_frame(pong{0});
  CHECK_FALSE(write_pending().empty());
}

} // namespace rollcall::kamailio_conversation_test
