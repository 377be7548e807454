#include "transport/switches/kamailio/call_book.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::kamailio_call_book_test {

using namespace rollcall::kamailio;
using namespace std::chrono_literals;

namespace {

constexpr auto remember = 90s;
const call_book::moment start{};

call_report report(const std::string& id, call_state state, const std::string& transaction = "48:1") {
  call_report said;
  said.event.id = id;
  said.event.state = state;
  said.transaction = transaction;
  return said;
}

call_book opened() {
  call_book book{remember};
  book.begin_run("1");
  return book;
}

} // namespace

TEST_CASE("events of a call after its end are dropped") {
  auto book = opened();
  CHECK(book.take(report("1-1-1", call_state::connected), start));
  CHECK(book.take(report("1-1-1", call_state::dead), start));
  CHECK_FALSE(book.take(report("1-1-1", call_state::connected), start));
  CHECK_FALSE(book.take(report("1-1-1", call_state::dead), start));
  CHECK(book.is_over("1-1-1"));
  CHECK_FALSE(book.find("1-1-1"));
}

TEST_CASE("the end of a call that was never seen is remembered, too") {
  auto book = opened();
  CHECK(book.take(report("1-1-1", call_state::dead), start));
  CHECK_FALSE(book.take(report("1-1-1", call_state::idle), start));
}

TEST_CASE("an end is forgotten after its time, and not before") {
  auto book = opened();
  book.take(report("1-1-1", call_state::dead), start);
  book.take(report("1-1-2", call_state::dead), start + 1s);
  book.forget(start + remember - 1ms);
  CHECK(book.is_over("1-1-1"));
  book.forget(start + remember);
  CHECK_FALSE(book.is_over("1-1-1"));
  CHECK(book.is_over("1-1-2"));
}

TEST_CASE("a call is answered once and for all, and keeps what names its transaction") {
  auto book = opened();
  book.take(report("1-1-1", call_state::ar_complete, "48:7"), start);
  REQUIRE(book.find("1-1-1"));
  CHECK_FALSE(book.find("1-1-1")->answered);
  book.take(report("1-1-1", call_state::connected, ""), start);
  book.take(report("1-1-1", call_state::ar_complete, ""), start);
  CHECK(book.find("1-1-1")->answered);
  CHECK(book.find("1-1-1")->transaction == "48:7");
}

TEST_CASE("a snapshot leaves what it named and what was named meanwhile") {
  auto book = opened();
  for (const auto* id : {"1-1-1", "1-1-2", "1-1-3"})
    book.take(report(id, call_state::connected), start);
  book.begin_snapshot();
  book.take(report("1-1-1", call_state::connected), start);
  book.take(report("1-1-4", call_state::ar_complete), start);
  book.end_snapshot();
  CHECK(book.find("1-1-1"));
  CHECK(book.find("1-1-4"));
  CHECK(book.size() == 2);
}

TEST_CASE("a new run of the switch begins with an empty book, the same run does not") {
  auto book = opened();
  book.take(report("1-1-1", call_state::connected), start);
  book.take(report("1-1-2", call_state::dead), start);
  book.begin_run("1");
  CHECK(book.size() == 1);
  CHECK(book.is_over("1-1-2"));
  book.begin_run("2");
  CHECK(book.size() == 0);
  CHECK_FALSE(book.is_over("1-1-2"));
  book.forget(start + 1h);
}

TEST_CASE("a call that was not routed in its time is told once, and one that was is not") {
  call_book book{remember, 2s};
  book.begin_run("1");
  book.take(report("1-1-1", call_state::wait_route), start);
  book.take(report("1-1-2", call_state::wait_route), start);
  book.take(report("1-1-2", call_state::ar_complete), start);
  book.take(report("1-1-3", call_state::wait_auth), start);
  book.take(report("1-1-3", call_state::dead), start);
  CHECK_FALSE(book.routing_overdue(start + 2s - 1ms));
  CHECK(book.routing_overdue(start + 2s));
  CHECK_FALSE(book.routing_overdue(start + 2s));
  book.take(report("1-1-1", call_state::wait_route), start + 2s);
  CHECK_FALSE(book.routing_overdue(start + 9s));
}

} // namespace rollcall::kamailio_call_book_test
