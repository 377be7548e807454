#include "actors/cluster/cluster.hpp"

#include "actors/links/takeover.hpp"
#include "actors/runtime/failure.hpp"
#include "domain/base/moment_from.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <set>

namespace rollcall {

void cluster_state::on_connected(const node_hello& theirs, std::uint64_t connection,
                                 const caf::strong_actor_ptr& published) {
  const auto& who = theirs.node.value();
  auto& known = peers_[who];
  if (known.incarnation != theirs.incarnation)
    known = peer{};                   // it was restarted; what it had is its switches' to tell
  known.actor = wire::member_actor{}; // of a connection that is gone; or it will introduce itself again
  on_connection_changed(known);
  known.incarnation = theirs.incarnation;
  known.connection = connection;
  known.address = theirs.address;
  if (published) {
    // The one place where an untyped handle becomes a typed one: the mesh has compared the interfaces.
    known.actor = caf::actor_cast<wire::member_actor>(published);
    introduce_to(who, known.actor);
  }
  publish_view();
}

void cluster_state::introduce_to(const std::string& who, const wire::member_actor& member) {
  self->request(member, caf::duration{defaults::ping_deadline}, atom::joined_v, own_identity(),
                caf::actor_cast<caf::strong_actor_ptr>(own_member))
      .then(
          [this, who](const wire::node_identity& theirs) {
            const auto found = peers_.find(who);
            if (found == peers_.end() || found->second.incarnation != theirs.incarnation)
              return;
            take_identity(found->second, theirs);
            ping(who, found->second);
          },
          [this, who, connection_change = peers_[who].connection_change](const caf::error& why) {
            if (const auto found = peers_.find(who);
                found != peers_.end() && found->second.connection_change == connection_change)
              down(who, found->second, "did not answer our greeting: " + self->system().render(why));
          });
}

wire::node_identity cluster_state::introduced(const wire::node_identity& theirs,
                                              const caf::strong_actor_ptr& member) {
  auto& known = peers_[theirs.node];
  if (known.incarnation != theirs.incarnation)
    known = peer{}; // the mesh will tell of this connection in a moment
  known.incarnation = theirs.incarnation;
  known.actor = caf::actor_cast<wire::member_actor>(member);
  take_identity(known, theirs);
  ping(theirs.node, known);
  return own_identity();
}

void cluster_state::on_disconnected(const node_id& node_name, std::uint64_t connection,
                                    const std::string& why) {
  const auto found = peers_.find(node_name.value());
  if (found == peers_.end() || found->second.connection != connection)
    return; // another connection has taken its place
  on_connection_changed(found->second);
  found->second.connection = 0;
  found->second.actor = wire::member_actor{};
  down(found->first, found->second, why);
}

void cluster_state::on_connection_changed(peer& whom) {
  whom.connection_change = ++connection_changes_;
  whom.pinging = false;
}

void cluster_state::down(const std::string& who, peer& whom, const std::string& why) {
  whom.trouble = why;
  if (whom.leaving) {
    whom.up = false;
    log::info("cluster", "node {} has left", who);
  } else if (std::exchange(whom.up, false)) {
    whom.since = context->now();
    ++context->metrics.nodes_lost;
    log::warn("cluster", "node {} is missing: {}", who, why);
  }
  // Also when the connection is gone already: a mesh knows that better.
  if (mesh && whom.connection != 0)
    mesh->drop(node_id{who}, whom.connection, why);
  publish_view();
}

void cluster_state::ping(const std::string& who, peer& whom) {
  whom.pinging = true;
  const auto sent = context->boottime();
  self->request(whom.actor, caf::duration{defaults::ping_deadline}, atom::ping_v, own_heartbeat(whom))
      .then(
          [this, who, sent](const wire::heartbeat& theirs) {
            const auto found = peers_.find(who);
            if (found == peers_.end() || found->second.incarnation != theirs.incarnation)
              return;
            found->second.pinging = false;
            if (!is_sane(theirs))
              return down(who, found->second, "it sends data that is invalid in this version");
            found->second.round_trip = context->boottime() - sent;
            found->second.offset.told(moment_from(theirs.time), context->now(), found->second.round_trip);
            compare_clock(who, found->second);
            if (found->second.actor && !std::exchange(found->second.up, true)) {
              found->second.since = context->now();
              found->second.trouble.clear();
              log::info("cluster", "node {} is up", who);
            }
            heard(who, theirs);
            publish_view(); // with its clock, by which orders to it expire
            if (!theirs.knows_you && found->second.actor)
              introduce_to(who, found->second.actor);
          },
          [this, who, actor = whom.actor, connection_change = whom.connection_change](const caf::error&) {
            const auto found = peers_.find(who);
            if (found == peers_.end() || found->second.actor != actor
                || found->second.connection_change != connection_change)
              return;
            found->second.pinging = false;
            down(who, found->second, "no answer to a ping in time");
          });
}

wire::heartbeat cluster_state::pinged(const wire::heartbeat& theirs) {
  const auto found = peers_.find(theirs.node);
  if (found == peers_.end() || found->second.incarnation != theirs.incarnation)
    return own_heartbeat({});
  auto& known = found->second;
  if (known.up && is_sane(theirs))
    heard(theirs.node, theirs);
  if (!theirs.knows_you && known.actor)
    introduce_to(theirs.node, known.actor);
  return own_heartbeat(known);
}

void cluster_state::heard(const std::string& who, const wire::heartbeat& theirs) {
  auto& known = peers_[who];
  known.clock.told(boot_time{std::chrono::microseconds{theirs.clock}}, context->boottime());
  known.directory = theirs.directory;
  if (theirs.leaving && !std::exchange(known.leaving, true)) {
    log::info("cluster", "node {} has handed over its switches and is leaving", who);
    memory_.forget(who, context->now());
    remember();
    publish_view();
  }
  if (theirs.draining != std::exchange(known.draining, theirs.draining)) {
    publish_view();
    advance_drain();
  }
  met(who, known);
  memory_.merge(theirs.members, context->node, context->now());
  compare_directory(who, known);
  if (known.claims == theirs.claims)
    return;
  known.claims = theirs.claims;
  yield_to_others();
  pass_hang_ups_on();
  publish_view();
  advance_drain();
}

void cluster_state::own_claims_changed() {
  yield_to_others();
  tell_all();
  pass_hang_ups_on();
  advance_drain();
}

/// Not only when the next ping is due.
void cluster_state::tell_all() {
  for (auto& [who, known] : peers_)
    if (known.up)
      self->request(known.actor, caf::duration{defaults::ping_deadline}, atom::ping_v, own_heartbeat(known))
          .then([](const wire::heartbeat&) {}, [](const caf::error&) { /* the regular ping will tell */ });
}

void cluster_state::own_directory_changed(directory_ptr dir) {
  directory_ = std::move(dir);
  for (auto& [who, known] : peers_)
    compare_directory(who, known);
  publish_view();
}

// A claim that wins is a node's that is up and has everything: what is here is told by it.
void cluster_state::yield_to_others() {
  for (const auto& own : context->claims.all())
    for (const auto& [who, known] : peers_) {
      if (!known.up || own.term == 0)
        continue;
      for (const auto& claim : known.claims) {
        // Who has just got the switch may lack what an older claim has, and does not give it back for that.
        if (claim.name != own.name || !claim.whole || (!own.whole && claim.term < own.term)
            || !wins(claim, node_id{who}, own, context->node))
          continue;
        const auto told = std::pair{own.term, claim.term};
        if (std::exchange(yielded_[own.name], told) != told)
          self->send(node, atom::yield_v, own.name, own.term);
      }
    }
}

/// True when the switch may have been a node's that cannot be asked: what is here is then not all of its
/// calls, until it has told them, unless this node had it last.
bool cluster_state::somebody_may_have(const switch_name& name_of) const {
  for (const auto& own : context->claims.all())
    if (own.name == name_of && own.whole)
      return false;
  return !context->cluster.view()->missing().empty();
}

caf::result<attached> cluster_state::attach(const attach_request& request) {
  if (drain_)
    return caf::make_error(ec::draining);
  auto promise = self->make_response_promise<attached>();
  if (const auto found = inheriting_.find(request.name); found != inheriting_.end())
    found->second.push_back({request, promise}); // what is being inherited comes before the switch's own word
  else
    attach_now(request, promise);
  return promise;
}

void cluster_state::attach_now(const attach_request& request, caf::typed_response_promise<attached> promise) {
  takeover_plan plan{context, node, {}};
  for (const auto& [who, known] : peers_)
    if (known.up)
      plan.others.push_back({who, known.actor});
  auto careful = request;
  careful.whole = !somebody_may_have(request.name);
  const auto to = plan.others.empty() ? attach_actor{node} : spawn_takeover(self->system(), std::move(plan));
  ++attaching_[request.name];
  const auto over = [this, of = request.name] {
    if (--attaching_[of] == 0)
      attaching_.erase(of);
  };
  self->request(to, caf::duration{defaults::attach_deadline}, std::move(careful))
      .then(
          [promise, over](attached& session) mutable {
            over();
            promise.deliver(std::move(session));
          },
          [promise, over](caf::error& why) mutable {
            over();
            promise.deliver(std::move(why));
          });
}

void cluster_state::reconfigured(bool missing_is_fault) {
  settings.missing_is_fault = missing_is_fault;
  const auto configured = configured_nodes();
  for (const auto& one : mesh ? mesh->status() : std::vector<peer_status>{}) {
    if (!one.dropped || !one.node || configured.contains(one.node->value()))
      continue;
    const auto known = peers_.find(one.node->value());
    if (known == peers_.end() || known->second.connection == 0)
      memory_.forget(one.node->value(), context->now());
  }
  remember();
  publish_view();
}

void cluster_state::begin(node_mesh_ptr with_mesh) {
  mesh = std::move(with_mesh);
  begun_ = context->now();
  memory_.restore(settings.members, context->node, begun_);
  tick();
}

void cluster_state::tick() {
  self->delayed_send(self, defaults::ping_interval, caf::tick_atom_v);
  for (auto& [who, known] : peers_)
    if (known.actor && !known.pinging)
      ping(who, known);
  remember();
  pass_hang_ups_on();
  advance_drain();
  publish_view(); // what the mesh knows of addresses may have changed
}

wire::node_identity cluster_state::own_identity() const {
  return {context->node.value(), settings.incarnation, settings.secret, settings.feeds, context->version};
}

wire::heartbeat cluster_state::own_heartbeat(const peer& to) const {
  return {context->node.value(),
          settings.incarnation,
          context->claims.all(),
          bool{to.actor},
          context->boottime().time_since_epoch().count(),
          context->now().time_since_epoch().count(),
          directory_ ? directory_->hash() : std::string{},
          memory_.all(),
          drain_.has_value(),
          leaving_};
}

namespace {

cluster_actor::behavior_type cluster_behavior(cluster_actor::stateful_pointer<cluster_state> self,
                                              const context_ptr& context, const cluster_settings& settings,
                                              const node_actor& node, const wire::member_actor& own_member) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.settings = settings;
  self->state.node = node;
  self->state.own_member = own_member;
  self->set_exit_handler([self](caf::exit_msg& message) {
    self->state.context->cluster.publish(std::make_shared<const cluster_view>()); // it holds on to others
    self->quit(std::move(message.reason));
  });
  return {
      [self](const attach_request& request) { return self->state.attach(request); },
      [self](node_mesh_ptr& mesh) { self->state.begin(std::move(mesh)); },
      [self](atom::joined, const node_hello& theirs, std::uint64_t connection,
             const caf::strong_actor_ptr& published) {
        self->state.on_connected(theirs, connection, published);
      },
      [self](atom::left, const node_id& who, std::uint64_t connection, const std::string& why) {
        self->state.on_disconnected(who, connection, why);
      },
      [self](atom::joined, const wire::node_identity& theirs, const caf::strong_actor_ptr& member) {
        return self->state.introduced(theirs, member);
      },
      [self](atom::ping, const wire::heartbeat& theirs) { return self->state.pinged(theirs); },
      [self](directory_ptr& dir) { self->state.own_directory_changed(std::move(dir)); },
      [self](caf::update_atom) { self->state.own_claims_changed(); },
      [self](const shared_secret& own) { self->state.own_secret_changed(own); },
      [self](atom::forget, bool missing_is_fault) { self->state.reconfigured(missing_is_fault); },
      [self](caf::tick_atom) { self->state.tick(); },
      [self](atom::drain, bool all_or_none) { return self->state.drain(all_or_none); },
      [self](atom::left) { return self->state.leave(); },
      [self](atom::inherit, const std::string& from, const std::string& of) {
        return self->state.inherit(from, switch_name{of});
      },
      [self](atom::forget, const std::string& who) { return self->state.forget(who); },
  };
}

} // namespace

cluster_actor spawn_cluster(caf::actor_system& system, context_ptr context, cluster_settings settings,
                            node_actor node, wire::member_actor own_member) {
  const auto own_thread = settings.own_thread;
  if (settings.clustered) {
    auto first = std::make_shared<cluster_view>();
    first->missing_is_fault = settings.missing_is_fault;
    first->joining = true;
    context->cluster.publish(std::move(first));
  }
  auto& claims = context->claims;
  auto cluster = own_thread
                     ? system.spawn<caf::detached>(cluster_behavior, std::move(context), std::move(settings),
                                                   std::move(node), std::move(own_member))
                     : system.spawn(cluster_behavior, std::move(context), std::move(settings),
                                    std::move(node), std::move(own_member));
  claims.on_change = [weak = caf::actor_cast<caf::weak_actor_ptr>(cluster)] {
    if (const auto strong = caf::actor_cast<caf::strong_actor_ptr>(weak))
      caf::anon_send(caf::actor_cast<cluster_actor>(strong), caf::update_atom_v);
  };
  return cluster;
}

} // namespace rollcall
