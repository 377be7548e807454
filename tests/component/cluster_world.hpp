#pragma once

#include "actor_fixture.hpp"
#include "actors/cluster/cluster.hpp"
#include "actors/cluster/member.hpp"
#include "actors/cluster/node_orders.hpp"
#include "actors/history/history_writer.hpp"
#include "actors/workers/workers.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing {

/// The face of a node at the other end of a cable. The tick lets what was kept arrive.
using far_end_actor = wire::member_actor::extend<caf::reacts_to<caf::tick_atom>>;

/// What lies between two nodes: passes everything on, or nothing, without a word. Or it keeps what goes to
/// one of them until release(), or loses what that one answers.
struct cable {
  bool cut = false;
  std::set<std::size_t> held_to;
  std::set<std::size_t> answers_lost_of;
  std::vector<far_end_actor> ends;

  void release() {
    held_to.clear();
    for (const auto& end : ends)
      caf::anon_send(end, caf::tick_atom_v);
  }
};

inline far_end_actor::behavior_type far_end(far_end_actor::pointer self, const std::shared_ptr<cable>& by,
                                            std::size_t node, const wire::member_actor& member,
                                            const std::shared_ptr<wire::member_actor>& way_back) {
  const auto held = std::make_shared<std::vector<std::function<void()>>>();
  const auto pass = [=](auto reply, const auto&... xs) -> caf::result<decltype(reply)> {
    const auto keeps = by->held_to.contains(node);
    const auto loses = by->answers_lost_of.contains(node);
    if (!by->cut && !keeps && !loses)
      return self->delegate(member, xs...);
    auto promise = self->template make_response_promise<decltype(reply)>(); // that nobody answers, or later
    if (by->cut)
      return promise;
    const auto arrive = [=] {
      self->request(member, caf::infinite, xs...)
          .then(
              [=](decltype(reply)& answer) mutable {
                if (!loses)
                  promise.deliver(std::move(answer));
              },
              [=](caf::error& why) mutable {
                if (!loses)
                  promise.deliver(std::move(why));
              });
    };
    if (keeps)
      held->push_back(arrive);
    else
      arrive();
    return promise;
  };
  return {
      [=](atom::joined, const wire::node_identity& theirs, const caf::strong_actor_ptr&) {
        return pass(wire::node_identity{}, atom::joined_v, theirs,
                    caf::actor_cast<caf::strong_actor_ptr>(*way_back));
      },
      [=](atom::ping, const wire::heartbeat& theirs) {
        return pass(wire::heartbeat{}, atom::ping_v, theirs);
      },
      [=](const wire::list_query& query) { return pass(wire::list_opening{}, query); },
      [=](const wire::watch_query& query) { return pass(wire::watch_opening{}, query); },
      [=](const wire::stats_query& query) { return pass(wire::counts{}, query); },
      [=](const wire::preview_query& query) { return pass(wire::preview_answer{}, query); },
      [=](const wire::disconnect_order& order) { return pass(wire::disconnect_answer{}, order); },
      [=](atom::release, const std::string& of, std::uint64_t epoch, const switch_host& host) {
        return pass(released{}, atom::release_v, of, epoch, host);
      },
      [=](atom::inherit, const std::string& from, const std::string& of) {
        return pass(caf::ok_atom_v, atom::inherit_v, from, of);
      },
      [=](atom::resume, const std::string& of, const outstanding_hang_ups& calls) {
        return pass(caf::ok_atom_v, atom::resume_v, of, calls);
      },
      [=](atom::drain, std::int64_t expires) { return pass(caf::ok_atom_v, atom::drain_v, expires); },
      [=](const wire::history_part& part) {
        if (!by->cut)
          self->send(member, part);
      },
      [=](caf::tick_atom) {
        for (const auto& arrive : std::exchange(*held, {}))
          arrive();
      },
  };
}

/// The connections of one node, as a test strings them.
struct fake_mesh : node_mesh {
  std::vector<std::pair<std::string, std::uint64_t>> dropped;
  std::vector<peer_status> peers;

  void drop(const node_id& node, std::uint64_t connection, const std::string&) override {
    dropped.emplace_back(node.value(), connection);
  }
  std::vector<peer_status> status() const override { return peers; }
};

/// One node of the cluster.
struct site {
  context_ptr context = std::make_shared<node_context>();
  std::shared_ptr<fake_mesh> mesh = std::make_shared<fake_mesh>();
  std::uint64_t incarnation = 0;
  std::chrono::microseconds skew{0}; ///< by how much its time of day is ahead
  boot_clock::duration booted{0};    ///< by how much its machine was up before the others
  shared_secret secret;              ///< that it has made, or taken from another one
  int secrets_taken = 0;
  std::vector<bool> drains; ///< begun, or given up
  int drained = 0;
  known_members kept;                                  ///< what is to be known over a restart
  std::map<switch_name, outstanding_hang_ups> hung_up; ///< before one, without an end
  std::shared_ptr<history_sink> history;               ///< null: none is written
  history_writer_actor writer;
  node_actor node;
  cluster_frontend_actor front;
  member_host_actor member;
  cluster_actor cluster;
};

/// Three nodes with the sample directory and the switches of `world`, in one actor system.
struct cluster_world : actor_fixture {
  using lines = world::lines;
  using counts = world::counts;

  directory_ptr dir = directory::link(sample_entries());
  std::array<site, 3> sites;
  std::map<std::pair<std::size_t, std::size_t>, std::shared_ptr<cable>> cables; ///< by lower, higher
  std::uint64_t connections = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> connected; ///< number, by lower, higher
  std::vector<wire::member_actor> ends;                                   ///< of the cables
  bool missing_is_fault;

  explicit cluster_world(bool fault = false) : missing_is_fault(fault) {
    for (std::size_t i = 0; i < sites.size(); ++i)
      start(i);
    run();
    for (std::size_t i = 0; i < sites.size(); ++i)
      for (std::size_t j = i + 1; j < sites.size(); ++j) {
        cables[{i, j}] = std::make_shared<cable>();
        join(i, j);
      }
    run();
  }

  ~cluster_world() {
    for (auto& one : sites) {
      CHECK(one.context->metrics.tally_drift == 0);
      CHECK(one.context->metrics.actor_failures == 0);
      stop(one);
    }
    for (auto& end : ends)
      caf::anon_send_exit(end, caf::exit_reason::user_shutdown);
    run();
  }

  static std::string name_of(std::size_t i) { return std::string{"node-"} + char('a' + i); }

  static shared_secret secret_of(std::size_t i, std::int64_t made = 1) {
    return {name_of(i), made, std::string(shared_secret::size, static_cast<char>('a' + i))};
  }

  void start(std::size_t i, known_members remembered = {}) { start(i, std::move(remembered), secret_of(i)); }

  void start(std::size_t i, known_members remembered, const shared_secret& secret) {
    auto& one = sites[i];
    one.context = std::make_shared<node_context>();
    one.mesh = std::make_shared<fake_mesh>();
    one.incarnation = ++connections;
    one.context->node = node_id{name_of(i)};
    one.context->version = "version of " + name_of(i);
    one.context->started = wall;
    one.context->now = [&one] { return wall + one.skew; };
    one.booted = i * 24h;
    one.context->boottime = [&one] { return boottime + one.booted; };
    one.node = spawn_node(sys, one.context, auditor_actor{});
    if (one.history)
      one.writer = spawn_history_writer(sys, one.context, one.history, false);
    one.member = spawn_member(sys, one.context, one.node, auditor_actor{}, false, one.writer);
    cluster_settings settings;
    settings.incarnation = one.incarnation;
    settings.secret = one.secret = secret;
    settings.missing_is_fault = missing_is_fault;
    settings.clustered = true;
    settings.members = std::move(remembered);
    settings.on_members = [&one](known_members members) { one.kept = std::move(members); };
    settings.feeds = {name_of(i) + ".example:9"};
    settings.on_drain = [&one](bool away) { one.drains.push_back(away); };
    settings.on_drained = [&one] { ++one.drained; };
    settings.on_secret_taken = [&one](const shared_secret& taken) {
      one.secret = taken;
      ++one.secrets_taken;
    };
    one.cluster =
        spawn_cluster(sys, one.context, std::move(settings), one.node, wire::member_actor{one.member});
    one.front = spawn_cluster_frontend(sys, one.context, one.node, auditor_actor{},
                                       spawn_node_orders(sys, one.context, one.cluster, auditor_actor{}));
    self->send(one.member, one.cluster);
    self->send(one.member, dir);
    self->send(one.node, dir, world::switches());
    for (const auto& [name, calls] : one.hung_up)
      self->send(one.node, atom::resume_v, name, std::make_shared<const outstanding_hang_ups>(calls));
    self->send(one.cluster, node_mesh_ptr{one.mesh});
  }

  void stop(site& one) {
    one.context->claims.on_change = {};
    caf::anon_send_exit(one.cluster, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(one.member, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(one.node, caf::exit_reason::user_shutdown);
    run();
    caf::anon_send_exit(one.front, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(one.writer, caf::exit_reason::user_shutdown);
    run();
  }

  /// Connects two nodes; the first dials.
  void join(std::size_t i, std::size_t j) {
    const auto key = std::minmax(i, j);
    const auto number = connected[key] = ++connections;
    const auto by = cables[key];
    const auto back = std::make_shared<wire::member_actor>();
    const auto forth = std::make_shared<wire::member_actor>();
    const auto here = sys.spawn(far_end, by, i, wire::member_actor{sites[i].member}, forth);
    const auto there = sys.spawn(far_end, by, j, wire::member_actor{sites[j].member}, back);
    *back = wire::member_actor{here};
    *forth = wire::member_actor{there};
    by->ends = {here, there};
    ends.push_back(*back);
    ends.push_back(wire::member_actor{there});
    const auto hello = [&](std::size_t who) {
      return node_hello{"test",
                        wire::protocol_version,
                        node_id{name_of(who)},
                        sites[who].incarnation,
                        name_of(who) + ".example:1",
                        {}};
    };
    self->send(sites[i].cluster, atom::joined_v, hello(j), number,
               caf::actor_cast<caf::strong_actor_ptr>(there));
    self->send(sites[j].cluster, atom::joined_v, hello(i), number, caf::strong_actor_ptr{});
  }

  /// The connection is gone, and both sides know.
  void part(std::size_t i, std::size_t j) {
    const auto key = std::minmax(i, j);
    const auto number = connected[key];
    self->send(sites[i].cluster, atom::left_v, node_id{name_of(j)}, number, std::string{"test"});
    self->send(sites[j].cluster, atom::left_v, node_id{name_of(i)}, number, std::string{"test"});
  }

  cable& between(std::size_t i, std::size_t j) { return *cables[std::minmax(i, j)]; }

  /// Nothing passes any more; the nodes find out by themselves.
  void cut(std::size_t i, std::size_t j) { cables[std::minmax(i, j)]->cut = true; }

  void heal(std::size_t i, std::size_t j) {
    part(i, j);
    run();
    cables[std::minmax(i, j)] = std::make_shared<cable>();
    join(i, j);
    run();
  }

  caf::expected<switch_wire> attach(std::size_t at, const std::string& name, std::uint64_t epoch,
                                    switch_host from = {}) {
    switch_wire fresh;
    fresh.at->from = std::move(from);
    auto answer =
        ask<attached>(attach_actor{sites[at].cluster}, attach_request{switch_name{name}, epoch, fresh.at});
    if (!answer)
      return std::move(answer.error());
    fresh.session = *answer;
    return fresh;
  }

  template <class... Items>
  void say(const switch_wire& from, Items... items) {
    self->send(from.session.link, from.session.session, news_of(std::move(items)...));
  }
  template <class... Items>
  void tell(const switch_wire& from, Items... items) {
    say(from, std::move(items)...);
    run();
  }
  void lose(const switch_wire& connection) {
    self->send(connection.session.link, connection.session.session, atom::closed_v, std::string{"lost"});
    run();
  }

  switch_wire switched_on(std::size_t at, const std::string& name, std::uint64_t epoch = 1) {
    auto fresh = attach(at, name, epoch);
    REQUIRE(fresh);
    tell(*fresh, snapshot_begin{}, snapshot_end{});
    return *fresh;
  }

  call_query all_of(std::int64_t scope) const {
    call_query query;
    query.scope = customer_id{scope};
    return query;
  }

  /// Reads a list to its end, with whatever has to happen for that.
  lines read(row_source& rows) {
    lines result;
    call_row row;
    for (int patience = 1000; patience > 0;) {
      const auto step = rows.next(row);
      if (step == row_source::step::end)
        return result;
      if (step == row_source::step::pending) {
        run();
        --patience;
        continue;
      }
      result.push_back(std::string{row.record->id()} + ' ' + std::string{to_string(row.record->state())} + ' '
                       + std::to_string(row.record->account().value()) + '@'
                       + std::to_string(row.customer.value()) + ' ' + row.record->source().node.value());
    }
    FAIL("the list does not end");
    return result;
  }

  cluster_list_answer list_at(std::size_t at, const call_query& query) {
    auto answer = ask<cluster_list_answer>(sites[at].front, list_request{query, dir});
    REQUIRE(answer);
    return *answer;
  }
  lines list(std::size_t at, std::int64_t scope = 1) { return read(*list_at(at, all_of(scope)).rows); }

  /// Of one node alone, whoever has its switches now.
  call_list_ptr list_of_node(std::size_t at) {
    const auto worker = spawn_list_worker(sys, sites[at].context, sites[at].node);
    auto answer = ask<call_list_ptr>(worker, list_request{all_of(1), dir});
    REQUIRE(answer);
    return *answer;
  }

  cluster_stats_answer stats_at(std::size_t at, std::int64_t scope = 1) {
    auto answer = ask<cluster_stats_answer>(sites[at].front, stats_request{customer_id{scope}, true, dir});
    REQUIRE(answer);
    return *answer;
  }
  counts stats(std::size_t at) { return world::counts_of(stats_at(at)); }

  disconnect_request hang_up_account(std::int64_t account) const {
    disconnect_request request;
    request.scope = customer_id{1};
    request.directory = dir;
    request.account = account_id{account};
    return request;
  }
  disconnect_request hang_up_call(const std::string& id) const {
    auto request = hang_up_account(0);
    request.account.reset();
    request.call = call_id{id};
    return request;
  }
  auto ask_disconnect(std::size_t at, const disconnect_request& request) {
    const auto answer = ask_later<cluster_disconnect_answer>(sites[at].front, request);
    run();
    return answer;
  }

  cluster_disconnect_answer disconnect(std::size_t at,
                                       const std::function<void(disconnect_request&)>& target) {
    disconnect_request request;
    request.scope = customer_id{1};
    request.directory = dir;
    target(request);
    auto answer = ask<cluster_disconnect_answer>(sites[at].front, request);
    REQUIRE(answer);
    return *answer;
  }
};

} // namespace rollcall::testing
