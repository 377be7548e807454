#include "actors/history/history_sampler.hpp"
#include "cluster_world.hpp"
#include "history_fixture.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace rollcall::testing::history_sampler_test {

namespace {

history_subject customer_of(std::int64_t id) { return history_subject{customer_id{id}}; }
history_subject account_of(std::int64_t id) { return history_subject{account_id{id}}; }

/// The figures that a minute has of somebody.
call_figures figures_in(const counted_minute& minute, history_subject whose) {
  for (const auto& row : minute.rows)
    if (row.subject == whose)
      return row.figures;
  return {};
}

/// A node that counts, from a moment between two on.
struct counting : world {
  std::shared_ptr<fake_history> sink = std::make_shared<fake_history>();
  history_writer_actor writer = spawn_history_writer(sys, context, sink, false);
  history_sampler_actor sampler;

  counting() {
    wall += 5s;
    sampler = spawn_history_sampler(sys, context, front, writer, false);
    self->send(sampler, dir);
    run();
  }
  ~counting() {
    stop();
    caf::anon_send_exit(writer, caf::exit_reason::user_shutdown);
    run();
  }

  void stop() {
    caf::anon_send_exit(sampler, caf::exit_reason::user_shutdown);
    run();
  }

  /// Lets time pass until shortly after the next beginning of a minute.
  void end_minute() {
    advance(std::chrono::duration_cast<std::chrono::milliseconds>(floor_to(history_minute, wall) + 60s - wall)
            + 500ms);
  }

  const counted_minute& last() const {
    REQUIRE_FALSE(sink->minutes.empty());
    return sink->minutes.back();
  }
};

} // namespace

TEST_CASE_FIXTURE(counting, "a minute's figures are those of its six moments") {
  const auto sbc = connected("sbc-1");
  const auto other = connected("sbc-9");
  end_minute();
  tell(sbc, call{"1"}.in(22), call{"2", call_state::ar_complete}.in(33));
  tell(other, call{"1"}.in(200));
  advance(10s);
  tell(sbc, call{"3"}.in(22)); // between two moments, so that nobody counts it
  advance(5s);
  tell(sbc, over("3"));
  advance(1s);
  tell(sbc, call{"2"}.again().in(33), call{"4"}.in(11));
  end_minute();
  const auto& minute = last();
  CHECK(minute.start == floor_to(history_minute, wall) - 60s);
  CHECK(minute.is_whole());
  CHECK(figures_in(minute, account_of(22)) == call_figures{1, 5, 1, 5});
  CHECK(figures_in(minute, account_of(33)) == call_figures{1, 5, 1, 4});
  CHECK(figures_in(minute, customer_of(2)) == call_figures{2, 10, 2, 9});
  CHECK(figures_in(minute, customer_of(1)) == call_figures{3, 14, 3, 13});
  CHECK(figures_in(minute, account_of(200)) == call_figures{1, 5, 1, 5});
  CHECK(figures_in(minute, customer_of(10)) == call_figures{1, 5, 1, 5});
  CHECK(figures_in(minute, customer_of(4)).none());
}

TEST_CASE_FIXTURE(counting, "the first minute lacks the moments before the start, and says so") {
  connected("sbc-1");
  end_minute();
  CHECK(last().moments == 0b111110);
  CHECK_FALSE(last().is_whole());
  end_minute();
  CHECK(last().is_whole());
  CHECK(context->metrics.history_moments_missed == 0);
}

TEST_CASE_FIXTURE(counting, "a node that stops keeps what it has counted of a minute") {
  connected("sbc-1");
  advance(26s);
  stop();
  CHECK(last().moments == 0b001110);
}

TEST_CASE_FIXTURE(counting, "a minute of a switch that has not told its calls is not complete") {
  end_minute();
  end_minute();
  CHECK(last().moments == all_moments);
  CHECK_FALSE(last().complete);
}

TEST_CASE_FIXTURE(counting, "a moment that comes late is not counted") {
  connected("sbc-1");
  end_minute();
  wall += 13s; // the machine stood still
  end_minute();
  CHECK(last().moments == 0b111001);
  CHECK(context->metrics.history_moments_missed == 1);
}

TEST_CASE_FIXTURE(counting, "without a directory nothing is counted") {
  self->send(sampler, directory::link({}));
  end_minute();
  end_minute();
  CHECK(sink->minutes.empty());
}

TEST_CASE_FIXTURE(counting, "a node that will look for others does not count before it does") {
  connected("sbc-1");
  auto joining = std::make_shared<cluster_view>();
  joining->joining = true;
  context->cluster.publish(std::move(joining));
  end_minute();
  end_minute();
  CHECK(sink->minutes.empty());
  context->cluster.publish(std::make_shared<const cluster_view>());
  end_minute();
  CHECK(last().moments == 0b111110);
}

namespace {

/// Three nodes that write the history.
struct counting_cluster : cluster_world {
  struct part {
    std::shared_ptr<fake_history> sink = std::make_shared<fake_history>();
    history_sampler_actor sampler;
  };
  std::array<part, 3> parts;

  explicit counting_cluster(bool fault = false) : cluster_world(fault) {
    for (std::size_t i = 0; i < sites.size(); ++i)
      begin(i);
    for (std::size_t i = 0; i < sites.size(); ++i)
      for (std::size_t j = i + 1; j < sites.size(); ++j)
        heal(i, j); // the members are new
    advance(2s);
  }
  ~counting_cluster() {
    for (auto& one : parts)
      caf::anon_send_exit(one.sampler, caf::exit_reason::user_shutdown);
    run();
  }

  void begin(std::size_t i, const known_members& remembered = {}) {
    auto& one = sites[i];
    stop(one);
    one.history = parts[i].sink;
    start(i, remembered);
    run();
    parts[i].sampler = spawn_history_sampler(sys, one.context, one.front, one.writer, false);
    self->send(parts[i].sampler, dir);
    run();
  }

  /// Stops a node, which gives what it has counted, and starts it again. The others do not know it yet, and
  /// it knows them from before alone.
  void restart(std::size_t i) {
    caf::anon_send_exit(parts[i].sampler, caf::exit_reason::user_shutdown);
    run();
    for (std::size_t j = 0; j < sites.size(); ++j)
      if (j != i)
        cluster_world::part(i, j); // `part` is a type here
    run();
    begin(i, sites[i].kept);
  }

  void end_minute() {
    advance(std::chrono::duration_cast<std::chrono::milliseconds>(floor_to(history_minute, wall) + 60s - wall)
            + 500ms);
  }

  const std::vector<counted_minute>& minutes(std::size_t i) const { return parts[i].sink->minutes; }
};

struct strict_cluster : counting_cluster {
  strict_cluster() : counting_cluster(true) {}
};

} // namespace

TEST_CASE_FIXTURE(counting_cluster, "the first node counts the calls of all, and every node writes them") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(2, "sbc-2");
  switched_on(1, "sbc-9");
  end_minute();
  tell(one, call{"1"}.in(22));
  tell(two, call{"1"}.in(22));
  end_minute();
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE_FALSE(minutes(i).empty());
    CHECK(minutes(i).back() == minutes(0).back());
    CHECK(minutes(i).back().start == floor_to(history_minute, wall) - 60s);
    CHECK(minutes(i).back().is_whole());
    CHECK(figures_in(minutes(i).back(), account_of(22)) == call_figures{2, 10, 2, 10});
  }
  CHECK(sites[0].context->metrics.history_moments > 0);
  CHECK(sites[1].context->metrics.history_moments == 0);
  CHECK(sites[2].context->metrics.history_moments == 0);
}

TEST_CASE_FIXTURE(counting_cluster,
                  "when the first node is gone the next one counts, and says what is missing") {
  const auto one = switched_on(1, "sbc-1");
  switched_on(1, "sbc-2");
  switched_on(1, "sbc-9");
  tell(one, call{"1"}.in(22));
  end_minute();
  cut(0, 1);
  cut(0, 2);
  end_minute();
  end_minute();
  const auto& last = minutes(1).back();
  CHECK(last.moments == all_moments);
  CHECK_FALSE(last.complete); // node-a may have calls
  CHECK(figures_in(last, account_of(22)) == call_figures{1, 6, 1, 6});
  CHECK(minutes(2).back() == last);
  CHECK(minutes(0).back().start == last.start); // and node-a counts what it can see
  CHECK(figures_in(minutes(0).back(), account_of(22)).none());
  CHECK_FALSE(minutes(0).back().complete);
}

TEST_CASE_FIXTURE(counting_cluster, "of a minute that two nodes have counted every node is told by both") {
  switched_on(1, "sbc-1");
  switched_on(1, "sbc-2");
  switched_on(1, "sbc-9");
  cut(0, 1);
  cut(0, 2);
  end_minute();
  end_minute();
  advance(25s);
  heal(0, 1);
  heal(0, 2);
  end_minute();
  std::vector<moment_mask> told;
  for (const auto& minute : minutes(2))
    if (minute.start == floor_to(history_minute, wall) - 60s)
      told.push_back(minute.moments);
  CHECK(told == std::vector<moment_mask>{0b000111, all_moments}); // node-b's, and node-a's, which was alone
}

namespace {

/// The first node counts two moments of a minute, and is then restarted.
struct restarted_first : counting_cluster {
  restarted_first() {
    const auto one = switched_on(1, "sbc-1");
    switched_on(1, "sbc-2");
    switched_on(1, "sbc-9");
    tell(one, call{"1"}.in(22));
    end_minute();
    advance(17s);
    restart(0);
  }

  /// What a node was told of the minute that is over, in that order.
  std::vector<counted_minute> told(std::size_t i) const {
    std::vector<counted_minute> of;
    for (const auto& minute : minutes(i))
      if (minute.start == floor_to(history_minute, wall) - 60s)
        of.push_back(minute);
    return of;
  }
};

} // namespace

TEST_CASE_FIXTURE(restarted_first, "a first node that was restarted counts once it has met the others") {
  advance(3s); // a moment passes
  heal(0, 1);
  heal(0, 2);
  end_minute();
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<moment_mask> moments;
    for (const auto& minute : told(i)) {
      moments.push_back(minute.moments);
      CHECK(minute.complete == (minute.moments != 0b000100)); // node-b knew that node-a was missing
      const auto count = count_of(minute.moments);
      CHECK(figures_in(minute, account_of(22)) == call_figures{1, count, 1, count});
    }
    // Node-a before and after, and node-b meanwhile, which gives its own when node-a is back.
    CHECK(moments == std::vector<moment_mask>{0b000011, 0b000100, 0b111000});
  }
}

TEST_CASE_FIXTURE(restarted_first, "a first node does not wait for long for others that are away") {
  end_minute();
  REQUIRE(told(0).size() == 2);
  CHECK(told(0)[1].moments == 0b111000);
  CHECK_FALSE(told(0)[1].complete);
}

TEST_CASE_FIXTURE(strict_cluster, "a missing node leaves no gap where it is a fault for others") {
  switched_on(0, "sbc-1");
  cut(0, 2);
  cut(1, 2);
  end_minute();
  end_minute();
  CHECK(minutes(0).back().moments == all_moments);
  CHECK_FALSE(minutes(0).back().complete);
}

} // namespace rollcall::testing::history_sampler_test
