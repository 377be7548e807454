#include "actors/cluster/counts_export.hpp"
#include "cluster_world.hpp"

// Nodes that answer from different directories, by different clocks, or of a switch that each believes to be
// its own.

namespace rollcall::testing::cluster_differences_test {

namespace {

bool is_whole(const coverage& covers) {
  return covers.missing.empty() && covers.other_directory.empty() && covers.clock_offset.empty();
}

} // namespace

TEST_CASE_FIXTURE(cluster_world,
                  "a node that answers from another directory for long makes answers incomplete") {
  auto entries = sample_entries();
  entries.accounts.push_back({account_id{13}, customer_id{1}, "u13"});
  self->send(sites[1].member, directory::link(std::move(entries)));
  advance(4s); // a change of the directory does not reach all nodes at once
  CHECK(is_whole(list_at(0, all_of(1)).covers));
  advance(3s);
  for (const std::size_t at : {0U, 2U}) {
    CHECK(list_at(at, all_of(1)).covers.other_directory == lines{"node-b"});
    CHECK_FALSE(is_whole(list_at(at, all_of(1)).covers));
    CHECK(stats_at(at).covers.other_directory == lines{"node-b"});
  }
  CHECK(list_at(1, all_of(1)).covers.other_directory == lines{"node-a", "node-c"});
  self->send(sites[1].member, directory::link(sample_entries()));
  advance(1s);
  for (std::size_t at = 0; at < 3; ++at)
    CHECK(is_whole(list_at(at, all_of(1)).covers));
}

TEST_CASE_FIXTURE(cluster_world, "the running times of a node whose clock is off are told by that clock") {
  const auto one = switched_on(0, "sbc-1");
  const auto two = switched_on(1, "sbc-2");
  const auto started = [&](const std::string& id, std::chrono::microseconds skew) {
    call made{id};
    made.setup = made.connect = made.received = wall + skew;
    return made;
  };
  int calls = 0; // an id is used once
  for (const auto skew : {10s, -10s, 3600s}) {
    sites[1].skew = skew;
    const auto longer = std::to_string(++calls);
    const auto shorter = std::to_string(++calls);
    tell(one, started(longer, 0s).in(11));
    advance(4s);
    tell(two, started(shorter, skew).in(11));
    advance(8s);
    for (const auto order : {call_order::longest_first, call_order::longest_last})
      for (const std::size_t at : {0U, 2U}) {
        CAPTURE(skew.count());
        auto query = all_of(1);
        query.order = order;
        const auto answer = list_at(at, query);
        REQUIRE(answer.covers.clock_offset.size() == 1);
        const auto& told = answer.covers.clock_offset[0];
        CHECK(told.starts_with("node-b "));
        const std::chrono::duration<double> offset{std::stod(told.substr(7))};
        CHECK(std::chrono::abs(offset - skew) < 1s);
        std::vector<std::pair<std::string, double>> durations;
        call_row row;
        for (auto step = answer.rows->next(row); step != row_source::step::end;
             step = answer.rows->next(row)) {
          if (step == row_source::step::pending) {
            run();
            continue;
          }
          const auto now = row.now == timestamp{} ? answer.now : row.now;
          durations.emplace_back(row.record->local_id(),
                                 std::chrono::duration<double>{row.record->duration(now)}.count());
        }
        if (order == call_order::longest_last)
          std::reverse(durations.begin(), durations.end());
        REQUIRE(durations.size() == 2);
        CHECK(durations[0].first == longer);
        CHECK(durations[0].second == doctest::Approx(12).epsilon(0.02));
        CHECK(durations[1].first == shorter);
        CHECK(durations[1].second == doctest::Approx(8).epsilon(0.02));
      }
    tell(one, snapshot_begin{}, snapshot_end{});
    tell(two, snapshot_begin{}, snapshot_end{});
    advance(40s);
  }
  sites[1].skew = 0s;
  advance(6s);
  CHECK(is_whole(list_at(0, all_of(1)).covers));
}

TEST_CASE_FIXTURE(cluster_world,
                  "while two nodes are partitioned, a third believes the one that has the switch") {
  const auto before = switched_on(0, "sbc-1", 10);
  tell(before, call{"1"}.in(11), call{"stale"}.in(11));
  cut(0, 1);
  lose(before);
  advance(3s);
  // Its counter began anew, and so has the term of its connection.
  part(0, 2);
  run();
  const auto after = *attach(1, "sbc-1", 3);
  tell(after, snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  cables[{0, 2}] = std::make_shared<cable>();
  join(0, 2);
  run();
  advance(1s);
  CHECK(list(2) == lines{"sbc-1:1 Connected 11@1 node-b"});
  CHECK(stats(2) == counts{{11, {1, 1}}});
  heal(0, 1);
  advance(6s);
  for (std::size_t at = 0; at < 3; ++at)
    CHECK(list(at) == lines{"sbc-1:1 Connected 11@1 node-b"});
  // And still when that one has lost it as well: the other has let go of what it had.
  lose(after);
  for (std::size_t at = 0; at < 3; ++at)
    CHECK(list(at) == lines{"sbc-1:1 Connected 11@1 node-b"});
  advance(6s);
  for (std::size_t at = 0; at < 3; ++at)
    CHECK(list(at) == lines{"sbc-1:1 Connected 11@1 node-b"});
  // Whoever takes the switch next takes it from there.
  const auto next = *attach(2, "sbc-1", 4);
  CHECK(list(0) == lines{"sbc-1:1 Connected 11@1 node-c"});
}

TEST_CASE_FIXTURE(cluster_world,
                  "a node known by hearsay is missed when the one that restarts has never met it") {
  // node-a and node-c have never been connected; node-b, which both know, is restarted.
  part(0, 2);
  run();
  advance(1s);
  stop(sites[1]);
  part(0, 1);
  part(1, 2);
  run();
  advance(1s);
  start(1);
  run();
  cables[{0, 1}] = std::make_shared<cable>();
  join(0, 1);
  run();
  advance(1s);
  CHECK(list_at(1, all_of(1)).covers.missing == lines{"node-c"});
  CHECK(list_at(0, all_of(1)).covers.missing == lines{"node-c"});
  // A reload of the configuration is no reason to forget it.
  self->send(sites[1].cluster, atom::forget_v, false);
  run();
  CHECK(list_at(1, all_of(1)).covers.missing == lines{"node-c"});
  advance(1min);
  CHECK(list_at(1, all_of(1)).covers.missing == lines{"node-c"});
}

TEST_CASE_FIXTURE(cluster_world, "members to be remembered over a restart are reported, and count after it") {
  advance(1s);
  REQUIRE_FALSE(sites[0].kept.empty());
  CHECK(sites[0].kept.size() == 2);
  stop(sites[0]);
  part(0, 1);
  part(0, 2);
  run();
  start(0, sites[0].kept);
  run();
  advance(1s);
  CHECK(list_at(0, all_of(1)).covers.missing == lines{"node-b", "node-c"});
}

TEST_CASE_FIXTURE(cluster_world, "a node that was started is joining until it looks for the others") {
  stop(sites[0]);
  part(0, 1);
  part(0, 2);
  run();
  start(0);
  CHECK(sites[0].context->cluster.view()->joining);
  run();
  CHECK_FALSE(sites[0].context->cluster.view()->joining);
  CHECK(sites[0].context->cluster.view()->begun == wall);
}

namespace {

constexpr std::int64_t many_accounts = 400'000;

/// Stands for a node with a call of each of very many accounts. It is asked for stats only.
caf::behavior crowded_node() {
  return {[](const stats_job_ptr& job) {
    stats_part all;
    const auto* source = interned({switch_name{"sbc-2"}, node_id{"node-b"}, environment_id{1}});
    for (std::int64_t i = 1; i <= many_accounts; ++i) {
      all.accounts.push_back({{environment_id{1}, account_id{i}}, {}, 1});
      all.accounts.back().counts.of(*source)[call_state::connected] = 1;
    }
    caf::anon_send(job->worker, std::move(all));
  }};
}

} // namespace

TEST_CASE_FIXTURE(world, "a node that counts more accounts than fit into a message is not missing") {
  const auto there = std::make_shared<node_context>();
  there->node = node_id{"node-b"};
  there->claims.set(interned({switch_name{"sbc-2"}, there->node, environment_id{1}}),
                    {switch_name{"sbc-2"}, environment_id{1}, 1, true, true, true});
  const auto crowded = sys.spawn(crowded_node);
  const auto member = spawn_member(sys, there, caf::actor_cast<node_actor>(crowded), {}, false);
  self->send(member, dir);
  auto view = std::make_shared<cluster_view>();
  member_state other;
  other.name = "node-b";
  other.up = true;
  other.actor = wire::member_actor{member};
  view->members.push_back(other);
  context->cluster.publish(view);
  tell(connected("sbc-1"), call{"1"}.in(11));
  const auto told = ask<cluster_stats_answer>(front, stats_request{customer_id{1}, true, dir});
  REQUIRE(told);
  CHECK(told->covers.missing.empty());
  CHECK(told->accounts.size() == many_accounts);
  state_counts sum;
  for (const auto& account : told->accounts)
    sum += account.counts.total();
  CHECK(sum.active() == many_accounts + 1);
  context->cluster.publish(std::make_shared<const cluster_view>());
  caf::anon_send_exit(member, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(crowded, caf::exit_reason::user_shutdown);
}

TEST_CASE("counts go out in batches of a bounded size, and none is lost") {
  for (const auto size : {0UL, 1UL, defaults::counts_at_once, defaults::counts_at_once + 1}) {
    std::vector<wire::account_counts> counts(size);
    for (std::size_t i = 0; i < size; ++i)
      counts[i].source = static_cast<std::uint32_t>(i);
    std::vector<bool> seen(size);
    for (auto last = false; !last;) {
      const auto batch = next_batch(counts);
      CHECK(batch.accounts.size() <= defaults::counts_at_once);
      for (const auto& one : batch.accounts)
        seen[one.source] = true;
      last = batch.last;
    }
    CHECK(std::count(seen.begin(), seen.end(), true) == static_cast<std::ptrdiff_t>(size));
  }
}

} // namespace rollcall::testing::cluster_differences_test
