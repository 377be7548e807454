#include "actor_fixture.hpp"
#include "actors/history/history_writer.hpp"
#include "actors/history/minute_parts.hpp"
#include "history_fixture.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing::history_writer_test {

namespace {

/// A minute of so many accounts, the first of which are found by their number.
packed_minute minute_of(history_time start, std::int64_t accounts = 1) {
  counted_minute minute{start, all_moments, true, {}};
  for (std::int64_t id = 1; id <= accounts; ++id)
    minute.rows.push_back({history_subject{account_id{id}}, {1, 6, 1, 6}});
  return packed(minute);
}

struct writing : actor_fixture {
  std::shared_ptr<fake_history> sink = std::make_shared<fake_history>();
  history_writer_actor writer = spawn_history_writer(sys, context, sink, false);

  ~writing() {
    caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
    run();
  }

  static history_time now() { return floor_to(history_minute, wall); }

  void give(const packed_minute& minute) {
    REQUIRE(context->history.admit(minute.bytes()));
    self->send(writer, std::make_shared<const packed_minute>(minute));
    run();
  }

  void give_part(const wire::history_part& part) {
    REQUIRE(context->history.admit(bytes_of(part)));
    self->send(writer, part);
    run();
  }
};

} // namespace

TEST_CASE_FIXTURE(writing, "minutes are written as they come, and what need not be kept is let go") {
  context->history_keep_minutes = 48h;
  give(minute_of(now()));
  give(minute_of(now() + 1min));
  REQUIRE(sink->minutes.size() == 2);
  CHECK(sink->minutes[1].start == now() + 1min);
  CHECK(sink->kept.minutes == now() - 48h);
  CHECK(sink->kept.hours == now() - 400 * 24h);
  CHECK(context->metrics.history_minutes == 2);
  CHECK(context->metrics.history_bytes == 2'000);
  CHECK(context->history.waiting() == 0);
}

TEST_CASE_FIXTURE(writing, "minutes that cannot be written wait, and are written in their order") {
  sink->broken = true;
  give(minute_of(now()));
  give(minute_of(now() + 1min));
  CHECK(context->history.waiting() > 0);
  advance(defaults::history_retry * 2);
  CHECK(context->metrics.history_failures.load() == 3);
  CHECK(sink->minutes.empty());
  sink->broken = false;
  advance(defaults::history_retry);
  REQUIRE(sink->minutes.size() == 2);
  CHECK(sink->minutes[0].start < sink->minutes[1].start);
  CHECK(context->history.waiting() == 0);
  const auto failures = context->metrics.history_failures.load();
  advance(defaults::history_retry * 2);
  CHECK(context->metrics.history_failures == failures);
}

TEST_CASE_FIXTURE(writing, "what waits is written when the node stops, if it can be") {
  sink->broken = true;
  give(minute_of(now()));
  sink->broken = false;
  caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
  run();
  CHECK(sink->minutes.size() == 1);
}

TEST_CASE_FIXTURE(writing, "what is found damaged when hours are summed up is counted") {
  sink->damage = history_damage{"history.db", now(), 3};
  give(minute_of(now()));
  give(minute_of(now() + 1min));
  CHECK(context->metrics.history_damaged == 3);
  CHECK(sink->minutes.size() == 2);
}

TEST_CASE_FIXTURE(writing, "what waits has a bound") {
  const auto bytes = minute_of(now()).bytes();
  std::size_t taken = 0;
  while (context->history.admit(bytes))
    ++taken;
  CHECK(taken == defaults::history_backlog_bytes / bytes);
  context->history.release(taken * bytes);
  CHECK(context->history.waiting() == 0);
}

TEST_CASE_FIXTURE(writing, "a minute of another node comes in parts of a bounded size") {
  const auto minute = minute_of(now(), 200'000);
  const auto parts = parts_of(minute, "node-b");
  REQUIRE(parts.size() > 2);
  for (const auto& part : parts) {
    CHECK(bytes_of(part) < 2 * defaults::batch_bytes);
    give_part(part);
  }
  REQUIRE(sink->minutes.size() == 1);
  CHECK(sink->minutes[0] == *unpacked(minute));
  CHECK(context->history.waiting() == 0);
  give_part(parts_of(minute_of(now() + 1min, 0), "node-b")[0]);
  REQUIRE(sink->minutes.size() == 2);
  CHECK(sink->minutes[1].rows.empty());
}

TEST_CASE_FIXTURE(writing, "a minute of which a part is missing is no minute") {
  const auto parts = parts_of(minute_of(now(), 200'000), "node-b");
  give_part(parts[0]);
  give_part(parts[2]);
  CHECK(context->history.waiting() == 0);
  give_part(parts[1]); // that of which the beginning is gone
  CHECK(context->history.waiting() == 0);
  give_part(parts[0]);
  give_part(parts_of(minute_of(now() + 1min), "node-b")[0]); // another one begins
  REQUIRE(sink->minutes.size() == 1);
  CHECK(sink->minutes[0].start == now() + 1min);
  CHECK(context->history.waiting() == 0);
  CHECK(context->metrics.history_minutes_dropped == 3);
}

TEST_CASE_FIXTURE(writing, "parts of two nodes do not come between each other") {
  const auto of_b = parts_of(minute_of(now(), 200'000), "node-b");
  const auto of_c = parts_of(minute_of(now(), 200'000), "node-c");
  for (std::size_t i = 0; i < of_b.size(); ++i) {
    give_part(of_b[i]);
    give_part(of_c[i]);
  }
  CHECK(sink->minutes.size() == 2);
}

TEST_CASE_FIXTURE(writing, "a minute of another node that is damaged, or of another time, is dropped") {
  auto damaged = parts_of(minute_of(now()), "node-b")[0];
  damaged.blocks[0].bytes.pop_back();
  give_part(damaged);
  give_part(parts_of(minute_of(now() - 24h), "node-b")[0]);
  auto endless = parts_of(minute_of(now()), "node-b")[0];
  for (const auto start : {INT64_MIN, INT64_MAX}) {
    endless.start = start;
    give_part(endless);
  }
  const counted_minute absurd{
      now(), all_moments, true, {{history_subject{account_id{1}}, {UINT64_MAX, UINT64_MAX, 1, 1}}}};
  give_part(parts_of(packed(absurd), "node-b")[0]);
  give_part(parts_of(minute_of(now()), std::string(100'000, 'x'))[0]);
  CHECK(sink->minutes.empty());
  CHECK(context->metrics.history_minutes_dropped == 6);
  CHECK(context->history.waiting() == 0);
}

TEST_CASE_FIXTURE(writing, "a minute of another node that does not end leaves room for others") {
  auto part = parts_of(minute_of(now(), 200'000), "node-b")[0];
  REQUIRE_FALSE(part.last);
  const auto parts = 2 * defaults::history_backlog_bytes / bytes_of(part);
  std::uint64_t most = 0;
  for (; part.number < parts; ++part.number) {
    give_part(part);
    most = std::max(most, context->history.waiting());
  }
  CHECK(most > defaults::history_begun_bytes / 2);
  CHECK(most <= defaults::history_begun_bytes);
  CHECK(context->history.waiting() == 0);
  give(minute_of(now()));
  CHECK(sink->minutes.size() == 1);
}

TEST_CASE_FIXTURE(writing, "minutes that nobody ends are bounded in number, and given up after a while") {
  constexpr std::size_t nodes = defaults::history_begun + 10;
  for (std::size_t i = 0; i < nodes; ++i) {
    auto part = parts_of(minute_of(now()), "node-" + std::to_string(i))[0];
    part.last = false;
    give_part(part);
  }
  CHECK(context->metrics.history_minutes_dropped == 10);
  CHECK(context->history.waiting() > 0);
  give_part(parts_of(minute_of(now()), "node-b")[0]); // a whole one needs no room
  CHECK(sink->minutes.size() == 1);
  advance(defaults::history_part_patience);
  give_part(parts_of(minute_of(now()), "node-b")[0]);
  CHECK(sink->minutes.size() == 2);
  CHECK(context->metrics.history_minutes_dropped == nodes);
  CHECK(context->history.waiting() == 0);
}

namespace {

/// A history that answers every question with one point, or not at all.
struct fake_source : history_source {
  bool broken = false;
  std::optional<history_damage> damage; ///< to be told

  std::vector<history_point> read(history_subject, const history_range& range) override {
    if (broken)
      throw std::runtime_error{"no such file"};
    return {history_point{range.from}};
  }
  std::optional<history_damage> take_damage() override { return std::exchange(damage, std::nullopt); }
};

} // namespace

TEST_CASE_FIXTURE(actor_fixture, "a history that cannot be read is an error, and can be read later") {
  const auto source = std::make_shared<fake_source>();
  const auto reader = spawn_history_reader(sys, context, source, false);
  const history_request request{history_subject{customer_id{1}}, {history_time{}, history_time{1h}, 60s}};
  source->broken = true;
  const auto refused = ask<history_answer>(reader, request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == ec::no_history);
  source->broken = false;
  const auto told = ask<history_answer>(reader, request);
  REQUIRE(told);
  CHECK(told->points.size() == 1);
  SUBCASE("and what of it is damaged is counted") {
    source->damage = history_damage{"history.db", history_time{}, 2};
    CHECK(ask<history_answer>(reader, request));
    CHECK(ask<history_answer>(reader, request));
    CHECK(context->metrics.history_damaged == 2);
  }
  SUBCASE("and nobody's time is taken for who waits for it no more") {
    auto late = request;
    late.until = sched.clock().now();
    const auto unread = ask<history_answer>(reader, late);
    REQUIRE_FALSE(unread);
    CHECK(unread.error() == ec::too_late);
    late.until = sched.clock().now() + 1s;
    CHECK(ask<history_answer>(reader, late));
  }
  caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
}

} // namespace rollcall::testing::history_writer_test
