#include "transport/switches/kamailio/hang_ups.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::kamailio_hang_ups_test {

using namespace rollcall::kamailio;
using namespace std::chrono_literals;
using kind = hang_ups::outcome::kind;

namespace {

const hang_ups::moment start{};

struct fixture {
  fixture() : book(90s), calls(bounds(), start) {
    book.begin_run("1");
    say("1-1-1", call_state::connected);
    say("1-1-2", call_state::ar_complete);
  }

  static limits bounds() {
    limits result;
    result.hang_ups_per_second = 100;
    result.hang_ups_burst = 3;
    result.hang_ups_at_once = 5;
    return result;
  }

  void say(const std::string& id, call_state state, const char* transaction = "48:7") {
    call_report said;
    said.event.id = id;
    said.event.state = state;
    said.transaction = transaction;
    book.take(said, start);
  }

  std::string next(hang_ups::moment now = start) { return calls.next(book, now, refused).value_or(""); }

  hang_ups::outcome answer(std::uint64_t request, int code, hang_ups::moment = start) {
    return calls.answered({request, code, code == 0 ? "" : "no"}, book);
  }

  call_book book;
  hang_ups calls;
  std::optional<hang_ups::outcome> refused;
};

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE_FIXTURE(fixture, "a hang-up of a call of another run is refused, and nothing is sent") {
  for (const auto* id : {"", "960", "2-1-1"}) {
    calls.enqueue(id);
    CHECK(next().empty());
    REQUIRE(refused);
    CHECK(refused->what == kind::refused);
    CHECK(refused->id == id);
    CHECK_FALSE(refused->message.empty());
  }
  CHECK(next().empty());
  CHECK_FALSE(refused);
}

TEST_CASE_FIXTURE(fixture, "a call that is over is not hung up again") {
  calls.enqueue("1-1-1");
  say("1-1-1", call_state::dead);
  CHECK(next().empty());
  CHECK_FALSE(refused);
  CHECK(calls.waiting() == 0);
}

TEST_CASE_FIXTURE(fixture, "a ringing call is refused to its caller, an answered one gets BYEs") {
  calls.enqueue("1-1-1");
  calls.enqueue("1-1-2");
  const auto answered = next();
  CHECK(holds(answered, "dlg.end_dlg"));
  CHECK(holds(answered, "[1,1]"));
  const auto ringing = next();
  CHECK(holds(ringing, R"("tm.reply")"));
  CHECK(holds(ringing, R"("48:7")"));
}

TEST_CASE_FIXTURE(fixture,
                  "a ringing call whose transaction is not known is refused, never hung up by its Call-ID") {
  say("1-1-3", call_state::ar_complete, "");
  calls.enqueue("1-1-3");
  CHECK(next().empty());
  REQUIRE(refused);
  CHECK(refused->what == kind::refused);
  CHECK(holds(refused->message, "rollcall.cfg"));
  say("1-1-3", call_state::connected, "");
  CHECK(calls.enqueue("1-1-3"));
  CHECK(holds(next(), "dlg.end_dlg"));
}

TEST_CASE_FIXTURE(fixture,
                  "a call of an earlier run that this run has told, restored from a database, is hung up") {
  say("77-5-6", call_state::connected, "");
  calls.enqueue("77-5-6");
  CHECK(holds(next(), "[5,6]"));
  say("77-5-6", call_state::dead);
  CHECK(answer(1, 0).what == kind::done);
  CHECK(calls.enqueue("77-5-7"));
  CHECK(next().empty());
  REQUIRE(refused);
  CHECK(refused->message == "a call of an earlier run of the switch");
}

TEST_CASE_FIXTURE(fixture, "a call of this run that is not known is hung up as if it was answered") {
  calls.enqueue("1-9-9");
  CHECK(holds(next(), "dlg.end_dlg"));
}

TEST_CASE_FIXTURE(fixture, "a hang-up is queued once until it is answered") {
  CHECK(calls.enqueue("1-1-1"));
  CHECK_FALSE(calls.enqueue("1-1-1"));
  CHECK_FALSE(next().empty());
  CHECK_FALSE(calls.enqueue("1-1-1"));
  CHECK(next().empty());
  CHECK(answer(1, 0).what == kind::done);
  CHECK(calls.enqueue("1-1-1"));
}

TEST_CASE_FIXTURE(fixture, "a ringing call that was answered meanwhile is hung up the other way, once") {
  calls.enqueue("1-1-2");
  CHECK(holds(next(), R"("tm.reply")"));
  CHECK(answer(1, 500).what == kind::done);
  CHECK(holds(next(), "dlg.end_dlg"));
  CHECK(answer(2, 500).what == kind::refused);
  CHECK(next().empty());
}

TEST_CASE_FIXTURE(fixture,
                  "a call that the switch does not know is missing, but not when we know that it is over") {
  calls.enqueue("1-1-1");
  next();
  CHECK(answer(1, 404).what == kind::missing);
  calls.enqueue("1-1-1");
  next();
  say("1-1-1", call_state::dead);
  CHECK(answer(2, 404).what == kind::done);
}

TEST_CASE_FIXTURE(fixture, "an unexpected answer changes nothing") {
  CHECK(answer(77, 500).what == kind::done);
}

TEST_CASE_FIXTURE(fixture, "an answer that never comes is waited for no longer than its time") {
  calls.enqueue("1-1-1");
  next();
  calls.forget_overdue(start + bounds().answer);
  CHECK_FALSE(calls.enqueue("1-1-1"));
  calls.forget_overdue(start + bounds().answer + 1ms);
  CHECK(calls.enqueue("1-1-1"));
}

TEST_CASE_FIXTURE(fixture, "hang-ups are spread over time after a small burst") {
  for (int i = 0; i < 10; ++i)
    calls.enqueue("1-1-" + std::to_string(10 + i));
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(next().empty());
  CHECK(next().empty());
  CHECK(calls.wait(start) == 10ms);
  CHECK_FALSE(next(start + 10ms).empty());
  CHECK(next(start + 10ms).empty());
  CHECK(calls.waiting() == 6);
}

TEST_CASE_FIXTURE(fixture, "no more than so many are without an answer at once") {
  for (int i = 0; i < 10; ++i)
    calls.enqueue("1-1-" + std::to_string(10 + i));
  std::size_t sent = 0;
  for (int i = 0; i < 100; ++i)
    sent += next(start + i * 100ms).empty() ? 0 : 1;
  CHECK(sent == 5);
  CHECK_FALSE(calls.wait(start + 100s));
  answer(1, 0);
  CHECK(calls.wait(start + 100s) == 0ms);
  CHECK_FALSE(next(start + 100s).empty());
}

TEST_CASE_FIXTURE(fixture, "no deadline is set while no hang-up is queued") {
  CHECK_FALSE(calls.wait(start));
}

} // namespace rollcall::kamailio_hang_ups_test
