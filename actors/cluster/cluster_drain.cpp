#include "actors/cluster/cluster.hpp"
#include "actors/links/takeover.hpp"
#include "actors/runtime/failure.hpp"
#include "domain/base/fan_in.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace rollcall {

// A node that leaves. It takes no switch any more, and tells those that can move where to go. What has not
// come to another node by itself is inherited by one: calls and hang-ups without a connection. Then the
// others are told that it leaves, and do not miss it.
//
//   drain ──every switch is another node's──► drained ──left──► the others have forgotten it
//     └──too late, or nobody has the switch──► given up: it goes on as before

/// A node that is about to leave is met no more: it would be remembered again.
void cluster_state::met(const std::string& who, peer& whom) {
  if (!whom.leaving)
    memory_.met(who, whom.address, context->now());
}

/// What another node says of itself at first. Bounded, whatever it says.
void cluster_state::take_identity(peer& whom, const wire::node_identity& theirs) {
  learn_secret(theirs.node, whom, theirs.secret);
  whom.version = theirs.version.size() <= defaults::version_bytes ? theirs.version : std::string{};
  whom.feeds.clear();
  for (const auto& one : theirs.feeds)
    if (whom.feeds.size() < defaults::most_feeds && one.size() <= defaults::feed_address_bytes)
      whom.feeds.push_back(one);
}

/// True for a node that stays and may have the switch of this claim.
bool cluster_state::may_inherit(const peer& whom, const switch_claim& own) const {
  return whom.up && !whom.draining && !whom.leaving
         && std::any_of(whom.claims.begin(), whom.claims.end(), [&](const auto& claim) {
              return claim.name == own.name && claim.environment == own.environment;
            });
}

bool cluster_state::has_successor(const switch_claim& own) const {
  return std::any_of(peers_.begin(), peers_.end(), [&](const auto& x) { return may_inherit(x.second, own); });
}

/// Also of a switch that has never come, another node has to say that its calls are not known.
bool cluster_state::is_handed_over(const switch_claim& own) const {
  if (own.term == 0)
    return has_successor(own);
  // Where this one had not all of it, the other will not have either.
  if (const auto found = drain_->inherited.find(own.name);
      !own.whole && found != drain_->inherited.end() && found->second == own.term)
    return has_successor(own);
  for (const auto& [who, known] : peers_)
    if (may_inherit(known, own))
      for (const auto& claim : known.claims)
        if (claim.name == own.name && wins(claim, node_id{who}, own, context->node)
            && (claim.whole || (claim.connected && claim.verified)))
          return true;
  return false;
}

/// A node that stops does so whatever comes of it: then it stays closed to switches, and others do not take
/// it for one that may inherit.
caf::result<caf::ok_atom> cluster_state::drain(bool all_or_none) {
  if (all_or_none) {
    const auto refuse = [](std::string why) { return caf::make_error(ec::not_drained, std::move(why)); };
    if (std::none_of(peers_.begin(), peers_.end(),
                     [](const auto& x) { return x.second.up && !x.second.draining && !x.second.leaving; }))
      return refuse("no other node is up");
    for (const auto& own : context->claims.all())
      if (!has_successor(own))
        return refuse("no other node that is up has switch " + own.name.value());
  }
  auto promise = self->make_response_promise<caf::ok_atom>();
  const auto fresh = !drain_;
  if (fresh)
    drain_ = drain_progress{};
  drain_->for_good = drain_->for_good || !all_or_none;
  if (fresh) {
    if (!peers_.empty())
      log::info("cluster", "this node hands over its switches and will leave");
    publish_view();
    settings.on_drain(true);
    tell_all();
  }
  if (drain_->promises.empty())
    drain_->begun = self->clock().now();
  drain_->promises.push_back(promise);
  advance_drain();
  return promise;
}

void cluster_state::advance_drain() {
  if (!drain_ || drain_->promises.empty())
    return;
  pass_hang_ups_on();
  const auto passed = self->clock().now() - drain_->begun;
  constexpr std::size_t most_named = 20; // errors between nodes are short (transport/cluster/basp_frames.hpp)
  std::string left;
  std::size_t count = 0;
  auto hopeless = true;
  const auto claims = context->claims.all();
  const auto kept =
      context->claims.keeping_hang_ups(); // after the claims, which a lost switch changes with it
  for (const auto& own : claims) {
    const auto has_calls = !is_handed_over(own);
    const auto has_hang_ups = std::find(kept.begin(), kept.end(), own.name) != kept.end();
    if (!has_calls && !has_hang_ups)
      continue;
    if (++count <= most_named)
      left += (left.empty() ? "" : ", ") + own.name.value();
    hopeless = hopeless && !has_successor(own);
    if (has_calls && passed >= defaults::move_patience)
      ask_to_inherit(own);
  }
  if (count > most_named)
    left += " and " + std::to_string(count - most_named) + " more";
  if (left.empty())
    end_drain({});
  else if (hopeless)
    end_drain("no other node that is up and stays has " + left);
  else if (passed >= defaults::drain_limit)
    end_drain("not handed over in time: " + left);
}

/// One that the switch is connected to is left to take over what it needs.
void cluster_state::ask_to_inherit(const switch_claim& own) {
  const auto done = drain_->inherited.find(own.name);
  const auto is_done = done != drain_->inherited.end() && done->second == own.term; // its claim is on the way
  if (own.term == 0 || is_done || drain_->under_way.contains(own.name)
      || drain_->under_way.size() >= defaults::inherited_at_once)
    return;
  for (const auto& [who, known] : peers_) {
    if (!may_inherit(known, own))
      continue;
    drain_->under_way.insert(own.name);
    self->request(known.actor, caf::duration{defaults::drain_limit}, atom::inherit_v, context->node.value(),
                  own.name.value())
        .then(
            [this, of = own.name, term = own.term](caf::ok_atom) {
              if (!drain_)
                return;
              drain_->under_way.erase(of);
              drain_->inherited[of] = term;
              advance_drain();
            },
            [this, of = own.name, by = who](const caf::error& why) {
              log::warn(of.value(), "node {} has not taken it over yet: {}", by, self->system().render(why));
              if (drain_)
                drain_->under_way.erase(of);
            });
    return;
  }
}

/// `failure` empty: everything is another node's.
void cluster_state::end_drain(const std::string& failure) {
  auto promises = std::exchange(drain_->promises, {});
  if (failure.empty()) {
    log::info("cluster", "every switch is handed over");
    for (auto& promise : promises)
      promise.deliver(caf::ok_atom_v);
    settings.on_drained();
    return;
  }
  if (!peers_.empty())
    log::warn("cluster", "the node is not drained: {}", failure);
  if (!drain_->for_good) {
    drain_.reset();
    publish_view();
    settings.on_drain(false);
    tell_all();
  }
  for (auto& promise : promises)
    promise.deliver(caf::make_error(ec::not_drained, failure));
}

/// Answered when every node that is up knows, or has had its time.
caf::result<caf::ok_atom> cluster_state::leave() {
  leaving_ = true;
  auto promise = self->make_response_promise<caf::ok_atom>();
  const auto others = std::make_shared<fan_in>();
  const auto settle = [others, promise] {
    if (others->is_over())
      caf::typed_response_promise<caf::ok_atom>{promise}.deliver(caf::ok_atom_v);
  };
  for (auto& [who, known] : peers_)
    if (known.up) {
      const auto party = others->expect(who);
      self->request(known.actor, caf::duration{defaults::leave_deadline}, atom::ping_v, own_heartbeat(known))
          .then(
              [others, party, settle](const wire::heartbeat&) {
                others->answered(party);
                settle();
              },
              [others, party, settle](const caf::error&) {
                others->failed(party, "no answer in time");
                log::warn("cluster", "node {} did not acknowledge that this node leaves",
                          others->parties()[party].name);
                settle();
              });
    }
  settle();
  return promise;
}

/// Another node drains, and this one is to have what it has of a switch until that connects somewhere.
caf::result<caf::ok_atom> cluster_state::inherit(const std::string& from, const switch_name& of) {
  if (drain_)
    return caf::make_error(ec::draining);
  const auto found = peers_.find(from);
  if (found == peers_.end() || !found->second.up || !found->second.actor)
    return caf::make_error(ec::unknown_node);
  if (attaching_.contains(of) || inheriting_.contains(of))
    return caf::make_error(ec::busy);
  for (const auto& own : context->claims.all())
    if (own.name == of && own.connected)
      return caf::make_error(ec::busy);
  auto promise = self->make_response_promise<caf::ok_atom>();
  inheriting_[of];
  takeover_plan plan{context, node, {{from, found->second.actor}}};
  self->request(spawn_takeover(self->system(), std::move(plan)), caf::duration{defaults::attach_deadline},
                attach_request{of, epoch_bound, nullptr})
      .then(
          [this, of, promise](const attached&) mutable {
            inherited(of);
            promise.deliver(caf::ok_atom_v);
          },
          [this, of, promise](caf::error& why) mutable {
            inherited(of);
            promise.deliver(std::move(why));
          });
  return promise;
}

void cluster_state::inherited(const switch_name& of) {
  auto waiting = std::move(inheriting_[of]);
  inheriting_.erase(of);
  for (auto& one : waiting)
    attach_now(one.request, std::move(one.promise));
}

caf::result<caf::ok_atom> cluster_state::forget(const std::string& who) {
  if (who == context->node.value())
    return caf::make_error(ec::node_up);
  const auto view = context->cluster.view();
  const auto found = std::find_if(view->members.begin(), view->members.end(),
                                  [&](const auto& one) { return one.name == who; });
  if (found == view->members.end())
    return caf::make_error(ec::unknown_node);
  if (const auto known = peers_.find(who); found->up || (known != peers_.end() && known->second.up))
    return caf::make_error(ec::node_up);
  memory_.forget(who, context->now());
  remember();
  publish_view();
  tell_all();
  log::info("cluster", "node {} is forgotten", who);
  return caf::ok_atom_v;
}

} // namespace rollcall
