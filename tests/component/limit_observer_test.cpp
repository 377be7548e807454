#include "actors/limits/limit_observer.hpp"
#include "api_fixture.hpp"
#include "cluster_world.hpp"
#include "directory_entries.hpp"
#include "stream_mirror.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing::limit_observer_test {

namespace {

using lines = std::vector<std::string>;

std::string line_of(limited_subject whose, std::uint64_t total, std::int64_t max_sessions) {
  return std::string{name_of(whose.kind)} + ' ' + std::to_string(whose.id) + ' ' + std::to_string(total) + '/'
         + std::to_string(max_sessions);
}

/// Those that a node holds for reached, as `account 22 2/2`: customers first.
lines reached_at(const node_context& context) {
  lines all;
  for (const auto& [whose, known] : context.limits.board()->states)
    if (known.reached)
      all.push_back(line_of(whose, known.total, known.max_sessions));
  return all;
}

/// What a stream was told of limits, as `reached account 22 2/2`.
lines told_to(const stream_mirror& mirror) {
  lines all;
  for (const auto& one : mirror.limit_events())
    all.push_back(std::string{one.state()} + ' ' + line_of(one.whose, one.total, one.max_sessions));
  return all;
}

void limit_account_22_and_customer_2(directory_entries& e) {
  account_in(e, 22).max_sessions = 2;
  customer_in(e, 2).max_sessions = 3;
}

/// A node that looks at limits: account 22 may have two calls, its customer 2 with 3 below it three.
struct limited : world {
  limit_observer_actor observer = spawn_limit_observer(sys, context, front, false);

  limited() { change(limit_account_22_and_customer_2); }
  ~limited() {
    caf::anon_send_exit(observer, caf::exit_reason::user_shutdown);
    run();
  }

  void change(const std::function<void(directory_entries&)>& how) {
    reload(how);
    self->send(observer, dir);
    run();
  }

  /// As long as a look may take to come, and to reach a stream that is read.
  void look() { advance(1'500ms); }

  void read_for(stream_mirror& mirror, std::chrono::milliseconds time) {
    for (; time > 0ms; time -= 250ms) {
      mirror.pump();
      advance(250ms);
    }
    mirror.pump();
  }
};

} // namespace

TEST_CASE_FIXTURE(limited, "calls reach limits, and their ends clear them") {
  const auto sbc = connected("sbc-1");
  look();
  CHECK(reached_at(*context).empty());
  tell(sbc, call{"1"}.in(22), call{"2", call_state::ar_complete}.in(22));
  const auto begun = wall;
  look();
  CHECK(reached_at(*context) == lines{"account 22 2/2"});
  const auto since = context->limits.board()->states.at({limit_kind::account, 22}).since;
  CHECK(since > begun);
  tell(sbc, call{"3"}.in(33));
  look();
  CHECK(reached_at(*context) == lines{"customer 2 3/3", "account 22 2/2"});
  CHECK(context->limits.board()->states.at({limit_kind::account, 22}).since == since);
  tell(sbc, over("1"));
  look();
  CHECK(reached_at(*context).empty());
  CHECK(context->metrics.limits[limit_kind::account] == 1);
  CHECK(context->metrics.limits_reached[limit_kind::customer] == 0);
  CHECK(context->metrics.limits_reached_total[limit_kind::customer] == 1);
  CHECK(context->metrics.limits_reached_total[limit_kind::account] == 1);
  CHECK(context->metrics.limits_cleared_total[limit_kind::account] == 1);
}

TEST_CASE_FIXTURE(limited, "a change of the directory counts from the next look on") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(22), call{"2"}.in(22));
  look();
  REQUIRE(reached_at(*context) == lines{"account 22 2/2"});
  SUBCASE("a limit that is raised") {
    change([](directory_entries& e) { account_in(e, 22).max_sessions = 5; });
    look();
    CHECK(reached_at(*context).empty());
  }
  SUBCASE("a limit that is removed") {
    change([](directory_entries& e) { account_in(e, 22).max_sessions = no_limit; });
    look();
    CHECK(reached_at(*context).empty());
    CHECK(context->limits.board()->states.at({limit_kind::account, 22}).max_sessions == no_limit);
  }
  SUBCASE("all limits are removed") {
    change([](directory_entries& e) {
      account_in(e, 22).max_sessions = no_limit;
      customer_in(e, 2).max_sessions = no_limit;
    });
    look();
    CHECK(reached_at(*context).empty());
  }
  SUBCASE("one that is lowered") {
    change([](directory_entries& e) { customer_in(e, 2).max_sessions = 1; });
    look();
    CHECK(reached_at(*context) == lines{"customer 2 2/1", "account 22 2/2"});
  }
  SUBCASE("an account that moves takes its calls along") {
    change([](directory_entries& e) {
      customer_in(e, 2).max_sessions = 2;
      customer_in(e, 4).max_sessions = 2;
    });
    look();
    REQUIRE(reached_at(*context) == lines{"customer 2 2/2", "account 22 2/2"});
    change([](directory_entries& e) { account_in(e, 22).customer = customer_id{4}; });
    advance(3s);
    CHECK(reached_at(*context) == lines{"customer 4 2/2", "account 22 2/2"});
  }
}

TEST_CASE_FIXTURE(limited, "while a switch has not told its calls no limit is cleared") {
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(22), call{"2"}.in(22));
  look();
  auto more = switches();
  more.push_back({switch_name{"sbc-3"}, environment_id{1}});
  reload(dir, more);
  tell(sbc, over("1"), over("2"));
  look();
  CHECK(reached_at(*context) == lines{"account 22 0/2"});
  CHECK(context->metrics.limit_looks_incomplete > 0);
  tell(*attach("sbc-3", 1), snapshot_begin{}, snapshot_end{});
  look();
  CHECK(reached_at(*context).empty());
}

TEST_CASE_FIXTURE(limited,
                  "a stream is told of limits of its scope, also of those that were reached before") {
  const auto sbc = connected("sbc-1");
  stream_mirror whole{*this, 1};
  stream_mirror below{*this, 3};
  stream_mirror beside{*this, 4};
  for (auto* each : {&whole, &below, &beside})
    each->come();
  const auto read = [&] {
    for (int i = 0; i < 8; ++i) {
      for (auto* each : {&whole, &below, &beside})
        each->pump();
      advance(250ms);
    }
  };
  read();
  tell(sbc, call{"1"}.in(22), call{"2"}.in(22));
  read();
  CHECK(told_to(whole) == lines{"reached account 22 2/2"});
  stream_mirror late{*this, 2};
  late.come();
  read_for(late, 1s);
  CHECK(told_to(late) == lines{"reached account 22 2/2"});
  tell(sbc, over("1"));
  read();
  read_for(late, 2s);
  CHECK(told_to(whole) == lines{"reached account 22 2/2", "cleared account 22 1/2"});
  CHECK(told_to(late) == told_to(whole));
  CHECK(told_to(below).empty());
  CHECK(told_to(beside).empty());
}

TEST_CASE_FIXTURE(limited, "of a limit that leaves the scope of a stream nothing more is told than that") {
  const auto sbc = connected("sbc-1");
  stream_mirror mirror{*this, 2};
  mirror.come();
  read_for(mirror, 1s);
  tell(sbc, call{"1"}.in(22), call{"2"}.in(22));
  read_for(mirror, 2s);
  REQUIRE(told_to(mirror) == lines{"reached account 22 2/2"});
  change([](directory_entries& e) { account_in(e, 22).customer = customer_id{4}; });
  tell(sbc, call{"3"}.in(22));
  read_for(mirror, 3s);
  CHECK(told_to(mirror) == lines{"reached account 22 2/2", "cleared account 22 2/2"});
}

TEST_CASE_FIXTURE(limited, "what is counted for limits is what a recount of the calls says") {
  change([](directory_entries& e) {
    customer_in(e, 1).max_sessions = 7;
    account_in(e, 44).max_sessions = 0;
  });
  const auto sbc = connected("sbc-1");
  std::mt19937 dice{7};
  std::map<std::string, std::int64_t> up; // calls, with their accounts
  for (int n = 0; n < 60; ++n) {
    const auto id = std::to_string(n);
    const auto account = std::vector<std::int64_t>{11, 12, 22, 33, 44, 999}[dice() % 6];
    up[id] = account;
    tell(sbc, call{id}.in(account));
    while (up.size() > dice() % 12) {
      const auto over_now = std::next(up.begin(), static_cast<std::ptrdiff_t>(dice() % up.size()));
      tell(sbc, over(over_now->first));
      up.erase(over_now);
    }
    stats_request request{customer_id{1}, true, dir};
    request.for_limits = true;
    const auto told = ask<cluster_stats_answer>(front, request);
    REQUIRE(told);
    limit_counter counted{dir};
    for (const auto& each : told->accounts)
      counted.add(each.account, each.counts.active());
    limit_counter recounted{dir};
    for (const auto& [call, of] : up)
      recounted.add({environment_id{1}, account_id{of}}, 1);
    CHECK(counted.uses(customer_id{1}) == recounted.uses(customer_id{1}));
  }
}

namespace {

/// An observer before a scripted frontend.
struct observed : actor_fixture {
  std::shared_ptr<front_script> script = std::make_shared<front_script>();
  cluster_frontend_actor front = sys.spawn(scripted_frontend, script);
  limit_observer_actor observer = spawn_limit_observer(sys, context, front, false);

  ~observed() {
    caf::anon_send_exit(observer, caf::exit_reason::user_shutdown);
    script->unanswered.clear();
    run();
    caf::anon_send_exit(front, caf::exit_reason::user_shutdown);
    run();
  }

  void give(const std::function<void(directory_entries&)>& change) {
    auto entries = sample_entries();
    change(entries);
    self->send(observer, directory::link(std::move(entries)));
    run();
  }
};

} // namespace

TEST_CASE_FIXTURE(observed, "where nobody has a limit nobody is asked") {
  advance(3s);
  give([](directory_entries&) {});
  advance(3s);
  CHECK(script->stats.empty());
}

TEST_CASE_FIXTURE(observed, "no more is asked for than the calls of those who have a limit") {
  give([](directory_entries& e) { account_in(e, 22).max_sessions = 2; });
  advance(1s);
  REQUIRE(script->stats.size() == 1);
  CHECK(script->stats[0].scope == customer_id{2});
  CHECK_FALSE(script->stats[0].recursive);
  CHECK(script->stats[0].for_limits);
  CHECK(script->stats[0].partial);
  script->stats.clear();
  give([](directory_entries& e) {
    customer_in(e, 4).max_sessions = 2;
    customer_in(e, 20).max_sessions = 2;
  });
  advance(1s);
  REQUIRE(script->stats.size() == 2); // one of each environment
  CHECK(script->stats[0].scope == customer_id{4});
  CHECK(script->stats[0].recursive);
  CHECK(script->stats[1].scope == customer_id{20});
}

TEST_CASE_FIXTURE(observed, "a look that is not answered is given up, and none is begun before") {
  script->silent = true;
  give([](directory_entries& e) { account_in(e, 22).max_sessions = 2; });
  advance(4s);
  CHECK(script->stats.size() == 1);
  CHECK(context->metrics.limit_looks_missed == 3);
  advance(2s);
  CHECK(context->metrics.limit_looks_failed == 1);
  CHECK(script->stats.size() == 2);
  CHECK(reached_at(*context).empty());
}

namespace {

/// Three nodes that look at the limits of `limited`.
struct limited_cluster : cluster_world {
  std::vector<limit_observer_actor> observers;

  explicit limited_cluster(bool fault = false) : cluster_world(fault) {
    auto entries = dir->entries();
    limit_account_22_and_customer_2(entries);
    dir = directory::link(std::move(entries));
    for (std::size_t i = 0; i < sites.size(); ++i) {
      observers.push_back(spawn_limit_observer(sys, sites[i].context, sites[i].front, false));
      self->send(observers.back(), dir);
      take(i, dir);
    }
    run();
  }
  ~limited_cluster() {
    for (const auto& one : observers)
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    run();
  }

  void take(std::size_t at, const directory_ptr& next) {
    self->send(sites[at].member, next);
    self->send(sites[at].node, next, world::switches());
  }

  /// Two calls of account 22, one each on the first two nodes.
  std::pair<switch_wire, switch_wire> with_two_calls() {
    auto one = switched_on(0, "sbc-1");
    auto two = switched_on(1, "sbc-2");
    switched_on(2, "sbc-9");
    tell(one, call{"1"}.in(22));
    tell(two, call{"1"}.in(22));
    advance(3s);
    return {std::move(one), std::move(two)};
  }
};

struct strict_limited_cluster : limited_cluster {
  strict_limited_cluster() : limited_cluster(true) {}
};

} // namespace

TEST_CASE_FIXTURE(limited_cluster, "a limit is reached by the calls of all nodes, and each node knows") {
  const auto wires = with_two_calls();
  for (const auto& one : sites)
    CHECK(reached_at(*one.context) == lines{"account 22 2/2"});
  tell(wires.second, over("1"));
  advance(3s);
  for (const auto& one : sites)
    CHECK(reached_at(*one.context).empty());
}

TEST_CASE_FIXTURE(limited_cluster, "while a node is missing no limit is cleared") {
  const auto wires = with_two_calls();
  cut(0, 1);
  cut(1, 2);
  tell(wires.first, over("1"));
  advance(6s);
  CHECK(reached_at(*sites[0].context) == lines{"account 22 0/2"});
  CHECK(reached_at(*sites[1].context) == lines{"account 22 1/2"});
  CHECK(reached_at(*sites[2].context) == lines{"account 22 0/2"});
  heal(0, 1);
  heal(1, 2);
  advance(5s);
  for (const auto& one : sites)
    CHECK(reached_at(*one.context).empty());
}

TEST_CASE_FIXTURE(strict_limited_cluster,
                  "a missing node does not end the looks where it is a fault for others") {
  const auto wires = with_two_calls();
  cut(0, 2);
  cut(1, 2);
  advance(4s);
  tell(wires.first, call{"2"}.in(33));
  advance(3s);
  CHECK(reached_at(*sites[0].context) == lines{"customer 2 3/3", "account 22 2/2"});
  CHECK(sites[0].context->metrics.limit_looks_failed == 0);
}

TEST_CASE_FIXTURE(limited_cluster, "a node that knows other limits tells all its counts") {
  auto entries = dir->entries();
  account_in(entries, 22).max_sessions = no_limit;
  account_in(entries, 33).max_sessions = 1;
  take(1, directory::link(std::move(entries)));
  const auto wires = with_two_calls();
  CHECK(reached_at(*sites[0].context) == lines{"account 22 2/2"});
  advance(6s); // until it is known for a node with another directory
  tell(wires.second, over("1"));
  advance(3s);
  CHECK(reached_at(*sites[0].context) == lines{"account 22 1/2"}); // the sum may be another one
}

} // namespace rollcall::testing::limit_observer_test
