#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "actors/requests/cluster_frontend.hpp"
#include "actors/tree/node.hpp"
#include "domain/directory/directory.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the tests of actors stand on: a scheduler that runs one message at a time when told to, a clock that
// moves when told to, a switch that writes down what it is told, and a node with its frontend.
namespace rollcall::testing {

using namespace std::chrono_literals;

struct deterministic_config : caf::actor_system_config {
  deterministic_config() {
    set("scheduler.policy", caf::atom("testing"));
    set("logger.file-verbosity", caf::atom("quiet"));
    spdlog::set_level(spdlog::level::off); // failure paths are what is tested here, and they log
  }
};

/// An actor system in which nothing happens by itself.
struct actor_fixture {
  deterministic_config config;
  caf::actor_system sys{config};
  caf::scheduler::test_coordinator& sched = dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler());
  caf::scoped_actor self{sys, true};
  context_ptr context = std::make_shared<node_context>();
  static inline timestamp wall;     ///< the time of day
  static inline boot_time boottime; ///< the steady clock by which orders expire

  actor_fixture() {
    wall = timestamp{std::chrono::seconds{1'732'320'000}};
    context->node = node_id{"node-a"};
    context->now = [] { return wall; };
    boottime = boot_time{1h};
    context->boottime = [] { return boottime; };
  }

  /// Requests under way run into their deadlines, and what waits for another timeout is let go: the system
  /// waits for every actor.
  ~actor_fixture() {
    run();
    sched.clock().advance_time(60s);
    run();
    sched.clock().cancel_all();
    run();
  }

  /// Works off every message, oldest first. Fires no timeouts.
  void run() { sched.run(); }

  /// Works off one message of an actor picked by `random`: every order that keeps each pair's own order can
  /// come. False when there is none.
  template <class Random>
  bool run_any(Random& random) {
    if (sched.jobs.empty())
      return false;
    std::swap(sched.jobs.front(), sched.jobs[random() % sched.jobs.size()]);
    sched.run_once();
    return true;
  }

  /// Lets time pass in steps that are finer than any timeout of ours.
  void advance(std::chrono::milliseconds by) {
    for (constexpr auto step = 125ms; by > 0ms; by -= step) {
      sched.clock().advance_time(std::min(by, std::chrono::milliseconds{step}));
      wall += std::min(by, std::chrono::milliseconds{step});
      boottime += std::min(by, std::chrono::milliseconds{step});
      run();
    }
  }

  /// Sends a request without running anything. What comes back is found in the result.
  template <class T, class Handle, class... Ts>
  std::shared_ptr<std::optional<caf::expected<T>>> ask_later(const Handle& whom, const Ts&... xs) {
    auto answer = std::make_shared<std::optional<caf::expected<T>>>();
    sys.spawn([=](caf::event_based_actor* client) {
      client->request(whom, caf::infinite, xs...)
          .then([=](const T& x) { *answer = caf::expected<T>{x}; },
                [=](caf::error& e) { *answer = caf::expected<T>{std::move(e)}; });
    });
    return answer;
  }

  /// Sends a request, runs, and returns what came back. Fails the test when nothing did.
  template <class T, class Handle, class... Ts>
  caf::expected<T> ask(const Handle& whom, const Ts&... xs) {
    const auto answer = ask_later<T>(whom, xs...);
    run();
    REQUIRE_MESSAGE(answer->has_value(), "nobody answered");
    return **answer;
  }
};

/// An event of a call, written in one line: `call("1", call_state::connected).in(11)`.
struct call : call_event {
  explicit call(std::string named, call_state now = call_state::connected) {
    id = std::move(named);
    state = now;
    setup = received = actor_fixture::wall;
  }
  call&& in(std::int64_t number) && { return account = account_id{number}, std::move(*this); }
  call&& named(std::string_view username) && {
    return texts.set(call_text::account_name, username), std::move(*this);
  }
  call&& from(std::string_view number) && { return texts.set(call_text::cli, number), std::move(*this); }
  call&& again() && { return setup.reset(), std::move(*this); }
};

/// The news that a call is over.
inline call over(std::string id) { return call{std::move(id), call_state::dead}.again(); }

/// News of several items, in order.
template <class... Items>
switch_news news_of(Items... items) {
  switch_news news;
  (news.emplace_back([&]() -> news_item {
    if constexpr (std::is_base_of_v<call_event, Items>)
      return call_event{std::move(items)};
    else
      return std::move(items);
  }()),
   ...);
  return news;
}

/// A switch that writes down what it is told.
struct fake_switch : switch_connection {
  bool writable = true; ///< false: too far behind to be told anything
  std::vector<std::string> hung_up;
  std::vector<std::string> reasons; ///< of some of these
  std::vector<std::string> warnings;
  std::vector<close_reason> closed;
  switch_host from; ///< not known unless a test says it
  int resyncs = 0;
  int barriers = 0;
  int worked_off = 0;

  switch_host host() const override { return from; }
  bool hang_up(const std::string& id) override {
    if (writable)
      hung_up.push_back(id);
    return writable;
  }
  bool hang_up_because(const std::string& id, const std::string& reason) override {
    if (writable)
      reasons.push_back(id + ": " + reason);
    return hang_up(id);
  }
  void request_snapshot() override { ++resyncs; }
  void passed_barrier() override { ++barriers; }
  void reject(const std::string& message) override { warnings.push_back(message); }
  void close(close_reason why, const std::string&) override { closed.push_back(why); }
  void consumed() override { ++worked_off; }
};

/// A switch's connection to its link.
struct switch_wire {
  std::shared_ptr<fake_switch> at = std::make_shared<fake_switch>();
  attached session;
};

/// Two environments. In the first: customers 1 > 2 > 3 and 1 > 4, with an account 11, 22, 33, 44 each, named
/// after its number (`u11`), and another, 12, of the first. In the second: 10 > 20 with account 200.
inline directory_entries sample_entries() {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}, {environment_id{2}, "other"}};
  const auto customer_below = [&](std::int64_t id, std::int64_t above, std::int64_t environment) {
    customer c;
    c.id = customer_id{id};
    c.wholesaler = customer_id{above};
    c.environment = environment_id{environment};
    e.customers.push_back(std::move(c));
  };
  customer_below(1, 0, 1);
  customer_below(2, 1, 1);
  customer_below(3, 2, 1);
  customer_below(4, 1, 1);
  customer_below(10, 0, 2);
  customer_below(20, 10, 2);
  for (const auto& [id, of] : {std::pair{11, 1}, {12, 1}, {22, 2}, {33, 3}, {44, 4}, {200, 20}})
    e.accounts.push_back({account_id{id}, customer_id{of}, "u" + std::to_string(id)});
  e.vendors = {{vendor_id{1}, "carrier"}};
  e.connections = {{connection_id{7}, vendor_id{1}, "gw"}};
  return e;
}

/// The entry of that id, to be changed.
template <class Entry, class Id>
Entry& entry_of(std::vector<Entry>& entries, Id id) {
  return *std::find_if(entries.begin(), entries.end(), [&](const auto& x) { return x.id == id; });
}

/// A node with the sample directory and the switches sbc-1, sbc-2 (first environment) and sbc-9 (second), and
/// the frontend by which everything is asked.
struct world : actor_fixture {
  using lines = std::vector<std::string>;
  using counts = std::map<std::int64_t, std::pair<std::uint32_t, std::uint32_t>>;

  directory_ptr dir = directory::link(sample_entries());
  node_actor node;
  cluster_frontend_actor front;

  explicit world(auditor_actor auditor = {})
      : node(spawn_node(sys, context, auditor)), front(spawn_cluster_frontend(sys, context, node, auditor)) {
    reload(dir);
    // Most tests have one switch: that nothing is known of the others is not what they are about.
    for (const auto* other : {"sbc-2", "sbc-9"})
      lose(connected(other, 0));
    context->metrics.snapshots = 0;
  }

  ~world() {
    CHECK(context->metrics.tally_drift == 0);
    CHECK(context->metrics.actor_failures == 0);
    caf::anon_send_exit(node, caf::exit_reason::user_shutdown);
    run();
  }

  static std::vector<switch_settings> switches() {
    return {{switch_name{"sbc-1"}, environment_id{1}},
            {switch_name{"sbc-2"}, environment_id{1}},
            {switch_name{"sbc-9"}, environment_id{2}}};
  }

  /// Gives the node a directory. Runs nothing.
  void reload(directory_ptr next, std::vector<switch_settings> configured = switches()) {
    dir = std::move(next);
    self->send(node, dir, std::move(configured));
  }

  /// Gives the node the directory with one change.
  void reload(const std::function<void(directory_entries&)>& change) {
    auto entries = dir->entries();
    change(entries);
    reload(directory::link(std::move(entries)));
  }

  caf::expected<switch_wire> attach(const std::string& name, std::uint64_t epoch, switch_host from = {}) {
    switch_wire fresh;
    fresh.at->from = std::move(from);
    auto answer = ask<attached>(node, attach_request{switch_name{name}, epoch, fresh.at});
    if (!answer)
      return std::move(answer.error());
    fresh.session = *answer;
    return fresh;
  }

  /// Attaches a switch that has no calls.
  switch_wire connected(const std::string& name, std::uint64_t epoch = 1) {
    auto fresh = attach(name, epoch);
    REQUIRE(fresh);
    tell(*fresh, snapshot_begin{}, snapshot_end{});
    return *fresh;
  }

  /// Has a switch say something. Runs nothing.
  template <class... Items>
  void say(const switch_wire& from, Items... items) {
    self->send(from.session.link, from.session.session, news_of(std::move(items)...));
  }

  /// Has a switch say something, and runs.
  template <class... Items>
  void tell(const switch_wire& from, Items... items) {
    say(from, std::move(items)...);
    run();
  }

  void lose(const switch_wire& connection) {
    self->send(connection.session.link, connection.session.session, atom::closed_v, std::string{"lost"});
    run();
  }

  call_query all_of(std::int64_t scope) const {
    call_query query;
    query.scope = customer_id{scope};
    return query;
  }

  /// A list's rows, as `sbc-1:7 Connected 11@1`: ID, state, account and its customer.
  static lines lines_of(const caf::expected<cluster_list_answer>& list) {
    REQUIRE(list);
    lines result;
    for (call_row row; list->rows->next(row) == row_source::step::row;)
      result.push_back(std::string{row.record->id()} + ' ' + std::string{to_string(row.record->state())} + ' '
                       + std::to_string(row.record->account().value()) + '@'
                       + std::to_string(row.customer.value()));
    return result;
  }

  lines list(const call_query& query) {
    return lines_of(ask<cluster_list_answer>(front, list_request{query, dir}));
  }
  lines list(std::int64_t scope = 1) { return list(all_of(scope)); }

  /// Total and connected calls by account, of those that have any.
  static counts counts_of(const caf::expected<cluster_stats_answer>& stats) {
    REQUIRE(stats);
    counts result;
    for (const auto& each : stats->accounts)
      if (each.counts.active() > 0)
        CHECK(result
                  .emplace(each.account.account.value(),
                           std::pair{each.counts.active(), each.counts.connected()})
                  .second);
    return result;
  }

  counts stats(std::int64_t scope = 1, bool recursive = true) {
    return counts_of(ask<cluster_stats_answer>(front, stats_request{customer_id{scope}, recursive, dir}));
  }

  disconnect_request hang_up_call(const std::string& id, std::int64_t scope = 1) const {
    disconnect_request request;
    request.scope = customer_id{scope};
    request.call = call_id{id};
    request.directory = dir;
    return request;
  }

  disconnect_request hang_up_account(std::int64_t account, std::int64_t scope = 1) const {
    disconnect_request request;
    request.scope = customer_id{scope};
    request.account = account_id{account};
    request.directory = dir;
    return request;
  }

  disconnect_request hang_up_customer(std::int64_t customer, std::int64_t scope = 1) const {
    disconnect_request request;
    request.scope = customer_id{scope};
    request.customer = customer_id{customer};
    request.directory = dir;
    return request;
  }

  cluster_disconnect_answer disconnect(const disconnect_request& request) {
    auto answer = ask<cluster_disconnect_answer>(front, request);
    REQUIRE(answer);
    return *answer;
  }

  link_status status(const std::string& name) {
    const auto all = ask<link_statuses>(node, caf::get_atom_v);
    REQUIRE(all);
    for (const auto& each : *all)
      if (each.name.value() == name)
        return each;
    FAIL("no such switch");
    return {};
  }

  /// Has every tally compared with its accounts; a difference is drift.
  void audit() {
    self->send(node, atom::audit_v);
    run();
  }
};

} // namespace rollcall::testing
