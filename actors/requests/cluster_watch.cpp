#include "actors/requests/cluster_watch.hpp"

#include "actors/cluster/watch_import.hpp"
#include "actors/requests/switch_standings.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/workers/watcher.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

using moment = std::chrono::steady_clock::time_point;

/// A node whose calls are told.
struct source {
  watcher_actor watcher;      ///< null: the node is missing
  bool asked = false;         ///< for its next batch
  bool heard = false;         ///< its first batch has come
  bool told = false;          ///< calls of it were told to the client before this watcher
  bool synced = false;        ///< its snapshot is told
  bool at_cut = false;        ///< everything up to `place` is told, and was asked for after the last mark
  std::uint64_t asked_at = 0; ///< how many marks there had been
  std::optional<log_place> place;
  counts_by_switch held;
  std::uint64_t again = 0; ///< how often it was asked to tell a switch's calls again
};

/// A switch whose calls are told.
struct followed {
  switch_standing holder;
  std::uint64_t listing = 0; ///< of its node's: what was told before it is void
  bool awaited = false;      ///< that it is told to its end
  bool retold = false;       ///< and that was it; the client has yet to hear of it
};

//   begin ──► snapshot ──synced──► mark … mark ──► (end of the client)
//                ▲                  │
//                └── reset: of all, or of one switch ◄─┘
//
// Each node tells its own calls, in their order; which node's word on a switch counts is decided here. A
// switch that moves, and a node that has forgotten what it told, are begun anew, and nothing else is. A mark
// is set when each node has told everything up to one moment since the mark before.
struct cluster_watch_state {
  static inline const char* name = "cluster_watch";

  explicit cluster_watch_state(cluster_watch_actor::pointer ptr) : self(ptr) {}

  void begin(watch_request request);
  caf::result<watch_messages_ptr> more();
  void pulse();
  void end();

  cluster_watch_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  using kind = watch_message::kind;

  void look_round();
  void look_at_nodes();
  void look_at_switches();
  void open(const std::string& who, source& from, const wire::member_actor* member);
  void lose(const std::string& who, source& from);
  void follow(const switch_name& of, followed& known, const switch_standing& next);
  void tell_again(const switch_name& of, followed& known, reset_reason why);
  void reset_removed(const std::string& of);
  void ask(const std::string& who, source& from);
  void take(const std::string& who, watch_batch& batch);
  bool counts(const std::string& who, const record_ptr& record, const watch_batch& batch) const;
  void tell_synced();
  void forgotten(const std::string& who, source& from);
  void begin_if_heard();
  void mark_if_due();
  void say_place(kind what, std::string of = {});
  bool is_settled() const;
  bool is_complete() const;
  std::uint64_t mirror_size() const;
  watch_place place() const;
  void say(watch_message what);
  void deliver(bool at_once);

  watch_request request_;
  environment_id environment_;
  std::map<std::string, source> sources_; ///< by node
  std::map<switch_name, followed> switches_;
  std::set<std::string> missing_;    ///< nodes
  std::vector<std::string> removed_; ///< switches whose reset has no end yet
  bool asked_ = false;               ///< by the stream
  bool begun_ = false;               ///< `begin` is told
  bool resuming_ = false;
  bool synced_ = false;        ///< or resumed: the mirror is whole
  std::uint64_t unmarked_ = 0; ///< messages since the last mark
  std::uint64_t marks_ = 0;    ///< that were told, and `synced`
  moment began_;
  moment last_mark_;
  caf::typed_response_promise<watch_messages_ptr> promise_;
  watch_messages out_;
};

void cluster_watch_state::begin(watch_request request) {
  request_ = std::move(request);
  if (const auto* scope = request_.directory->find(request_.query.scope))
    environment_ = scope->environment;
  resuming_ = request_.since.has_value();
  began_ = last_mark_ = self->clock().now();
  look_round();
  if (request_.since)
    for (const auto& [of, told_by] : request_.since->switches)
      if (!switches_.contains(switch_name{of}))
        reset_removed(of);
  begin_if_heard();
  self->delayed_send(self, defaults::watch_pulse, caf::tick_atom_v);
}

caf::result<watch_messages_ptr> cluster_watch_state::more() {
  asked_ = true;
  promise_ = self->make_response_promise<watch_messages_ptr>();
  look_round();
  deliver(false);
  for (auto& [who, from] : sources_)
    ask(who, from);
  return promise_;
}

void cluster_watch_state::pulse() {
  if (!asked_ && self->clock().now() - began_ > defaults::watch_patience)
    return end(); // its client was gone before it began
  self->delayed_send(self, defaults::watch_pulse, caf::tick_atom_v);
  if (!promise_.pending())
    return; // nobody reads: what comes of nodes and switches meanwhile is told then
  look_round();
  tell_synced();
  mark_if_due();
  deliver(true);
}

/// The watchers of this node end with it; those of others with their imports.
void cluster_watch_state::end() {
  for (auto& [who, from] : sources_)
    if (from.watcher)
      self->send(from.watcher, atom::left_v);
  self->quit();
}

void cluster_watch_state::look_round() {
  look_at_nodes();
  look_at_switches();
}

void cluster_watch_state::look_at_nodes() {
  const auto view = context->cluster.view();
  if (auto& own = sources_[context->node.value()]; !own.watcher)
    open(context->node.value(), own, nullptr);
  for (const auto& member : view->members) {
    const auto found = sources_.find(member.name);
    const auto is_open = found != sources_.end() && found->second.watcher;
    if (member.up && !is_open) {
      open(member.name, sources_[member.name], &member.actor);
      if (missing_.erase(member.name) > 0)
        say({.what = kind::node_state, .name = member.name, .state = "back"});
    } else if (!member.up && missing_.insert(member.name).second) {
      if (is_open)
        lose(member.name, found->second);
      say({.what = kind::node_state, .name = member.name, .state = "missing"});
    }
  }
  // One that the cluster has forgotten is not missed any more; its switches go with its claims.
  const auto is_known = [&](const std::string& who) {
    return who == context->node.value()
           || std::any_of(view->members.begin(), view->members.end(),
                          [&](const member_state& member) { return member.name == who; });
  };
  std::erase_if(missing_, [&](const std::string& who) { return !is_known(who); });
  for (auto& [who, from] : sources_)
    if (from.watcher && !is_known(who))
      lose(who, from);
  std::erase_if(sources_, [&](const auto& one) { return !is_known(one.first); });
}

/// It goes on where it was left, if it can. `member`: of another node.
void cluster_watch_state::open(const std::string& who, source& from, const wire::member_actor* member) {
  auto since = from.place;
  if (!since && request_.since) {
    const auto found = request_.since->nodes.find(who);
    if (found != request_.since->nodes.end())
      since = found->second;
  }
  const auto told = from.told || from.heard || since;
  from = source{};
  from.told = told;
  from.place = since;
  from.watcher = member ? spawn_watch_import(self->system(), context, who, *member, request_, since)
                        : spawn_watcher(self->system(), context, node, request_, since);
  for (auto& [of, known] : switches_) {
    if (known.holder.node != who)
      continue;
    known.listing = 0;            // they are counted anew
    if (since && known.awaited) { // it goes on, and was not to go on with this one
      known.listing = ++from.again;
      self->send(from.watcher, atom::again_v, of);
    }
  }
  ask(who, from);
}

void cluster_watch_state::lose(const std::string& who, source& from) {
  self->send(from.watcher, atom::left_v);
  from.watcher = watcher_actor{};
  from.asked = false;
  // What was to be told again is told again when the node is back: its place stands for what was whole.
  if (!from.synced || std::any_of(switches_.begin(), switches_.end(), [&](const auto& one) {
        return one.second.holder.node == who && one.second.awaited;
      }))
    from.place.reset();
}

void cluster_watch_state::look_at_switches() {
  const auto now = switch_standings(*context, environment_);
  for (const auto& [of, next] : now) {
    const auto [found, is_new] = switches_.try_emplace(of);
    auto& known = found->second;
    if (!is_new) {
      if (next.node != known.holder.node)
        follow(of, known, next);
      else if (next.state() != known.holder.state())
        say({.what = kind::switch_state, .name = of.value(), .node = next.node, .state = next.state()});
      known.holder = next;
      continue;
    }
    known.holder = next;
    if (next.state() != "verified")
      say({.what = kind::switch_state, .name = of.value(), .node = next.node, .state = next.state()});
    if (resuming_ && !begun_) {
      const auto told_by = request_.since->switches.find(of.value());
      if (told_by == request_.since->switches.end() || told_by->second != next.node)
        tell_again(of, known, reset_reason::moved);
    } else if (synced_ && next.node != context->node.value()) {
      tell_again(of, known, reset_reason::late); // its calls may have been told before its claim came here
    }
  }
  for (auto one = switches_.begin(); one != switches_.end();)
    if (now.contains(one->first)) {
      ++one;
    } else {
      reset_removed(one->first.value());
      one = switches_.erase(one);
    }
}

/// Nothing follows.
void cluster_watch_state::reset_removed(const std::string& of) {
  say({.what = kind::reset, .name = of, .why = reset_reason::removed});
  removed_.push_back(of);
}

void cluster_watch_state::follow(const switch_name& of, followed& known, const switch_standing& next) {
  known.holder = next;
  say({.what = kind::switch_state, .name = of.value(), .node = next.node, .state = next.state()});
  tell_again(of, known, reset_reason::moved);
}

void cluster_watch_state::tell_again(const switch_name& of, followed& known, reset_reason why) {
  say({.what = kind::reset, .name = of.value(), .why = why});
  known.awaited = true;
  known.retold = false;
  const auto from = sources_.find(known.holder.node);
  if (from == sources_.end() || !from->second.watcher)
    return; // its node will tell everything when it is there
  known.listing = ++from->second.again;
  self->send(from->second.watcher, atom::again_v, of);
}

void cluster_watch_state::ask(const std::string& who, source& from) {
  if (!from.watcher || from.asked || !promise_.pending())
    return;
  from.asked = true;
  from.asked_at = marks_;
  self->request(from.watcher, caf::duration{defaults::batch_deadline}, atom::more_v)
      .then(
          [this, who, of = from.watcher](watch_batch_ptr& batch) {
            if (const auto found = sources_.find(who); found != sources_.end() && found->second.watcher == of)
              take(who, *batch);
          },
          [this, who, of = from.watcher](const caf::error& why) {
            const auto found = sources_.find(who);
            if (found == sources_.end() || found->second.watcher != of)
              return;
            log::debug("watch", "the changes of node {} do not come: {}", who, self->system().render(why));
            lose(who, found->second); // and is opened again when one looks round
          });
}

void cluster_watch_state::take(const std::string& who, watch_batch& batch) {
  auto& from = sources_.at(who);
  look_at_switches(); // whose word counts, as of after it was written
  from.asked = false;
  const auto first = !std::exchange(from.heard, true);
  if (batch.begins && (!first || from.told))
    forgotten(who, from);
  else if (first && !batch.begins)
    from.synced = true; // it goes on
  if (first)
    begin_if_heard();
  for (const auto& name : batch.distrusted)
    if (const auto found = switches_.find(switch_name{name});
        found != switches_.end() && found->second.holder.node == who)
      tell_again(found->first, found->second, reset_reason::with_another);
  for (auto& one : batch.items) {
    if (!counts(who, one.record, batch))
      continue;
    using told = change_queue::kind;
    const auto what = one.what == told::call ? kind::call : one.what == told::end ? kind::end : kind::leave;
    say({.what = what, .record = std::move(one.record), .asked = one.asked, .unseen = one.unseen});
  }
  if (batch.synced) {
    from.synced = true;
    for (auto& [of, known] : switches_)
      if (known.holder.node == who && known.awaited && batch.listings >= known.listing) {
        known.awaited = false;
        known.retold = synced_;
      }
  }
  if (batch.place) {
    from.place = batch.place;
    from.held = std::move(batch.held);
    from.at_cut = from.asked_at == marks_; // else it may be from before the last mark
  } else if (!batch.items.empty()) {
    from.at_cut = false;
  }
  tell_synced();
  mark_if_due();
  deliver(false);
  ask(who, from);
}

/// Another node's word on a switch may be older or newer than that of the one that has it.
bool cluster_watch_state::counts(const std::string& who, const record_ptr& record,
                                 const watch_batch& batch) const {
  const auto found = switches_.find(record->source().name);
  return found != switches_.end() && found->second.holder.node == who
         && batch.listings >= found->second.listing;
}

/// The node tells all its calls again.
void cluster_watch_state::forgotten(const std::string& who, source& from) {
  from.synced = false;
  from.place.reset();
  from.at_cut = false;
  if (sources_.size() == 1 || !begun_) {
    resuming_ = false;
    synced_ = false;
    request_.since.reset();
    begin_if_heard();
    for (auto& [of, known] : switches_)
      known.awaited = known.retold = false;
    removed_.clear();
    say({.what = kind::reset, .why = reset_reason::unknown_since});
    for (auto& [other, its] : sources_) // who could go on has told too little
      if (&its != &from && its.watcher) {
        self->send(its.watcher, atom::left_v);
        its = source{};
      }
    return;
  }
  for (auto& [of, known] : switches_)
    if (known.holder.node == who) {
      known.awaited = true;
      known.retold = false;
      say({.what = kind::reset, .name = of.value(), .why = reset_reason::unknown_since});
    }
}

/// A stream that is to go on says so once each node has said whether it can.
void cluster_watch_state::begin_if_heard() {
  const auto all_heard = std::all_of(sources_.begin(), sources_.end(),
                                     [](const auto& one) { return one.second.heard || !one.second.watcher; });
  if (begun_ || (resuming_ && !all_heard))
    return;
  begun_ = true;
  synced_ = resuming_;
  ++unmarked_;
  out_.insert(out_.begin(), watch_message{.what = kind::begin, .resumed = resuming_});
}

/// That the snapshot is told, or that of each switch which was to be told again.
void cluster_watch_state::tell_synced() {
  const auto is_retold = [](const auto& one) { return one.second.retold; };
  const auto any = !removed_.empty() || std::any_of(switches_.begin(), switches_.end(), is_retold);
  if ((synced_ && !any) || !is_settled())
    return;
  if (!std::exchange(synced_, true))
    say_place(kind::synced);
  else
    for (const auto& of : removed_)
      say_place(kind::synced, of);
  for (auto& [of, known] : switches_)
    if (std::exchange(known.retold, false))
      say_place(kind::synced, of.value());
  removed_.clear();
}

void cluster_watch_state::mark_if_due() {
  const auto since = self->clock().now() - last_mark_;
  const auto is_due =
      since >= defaults::mark_interval || (unmarked_ > 0 && since >= defaults::watch_pulse / 2);
  if (synced_ && is_due && is_settled())
    say_place(kind::mark);
}

/// A mark, or what is as good as one.
void cluster_watch_state::say_place(kind what, std::string of) {
  out_.push_back({.what = what,
                  .name = std::move(of),
                  .calls = mirror_size(),
                  .complete = is_complete(),
                  .place = place()});
  last_mark_ = self->clock().now();
  unmarked_ = 0;
  ++marks_;
  for (auto& [who, from] : sources_)
    from.at_cut = false;
}

/// All that the nodes here have told is whole, up to a moment since the last mark.
bool cluster_watch_state::is_settled() const {
  const auto is_told = [](const auto& one) {
    return !one.second.watcher || (one.second.synced && one.second.at_cut);
  };
  const auto is_awaited = [this](const auto& one) {
    const auto from = sources_.find(one.second.holder.node);
    return one.second.awaited && from != sources_.end() && from->second.watcher;
  };
  return std::all_of(sources_.begin(), sources_.end(), is_told)
         && std::none_of(switches_.begin(), switches_.end(), is_awaited);
}

/// As lists have it.
bool cluster_watch_state::is_complete() const {
  const auto view = context->cluster.view();
  const auto is_like_us = [](const member_state& one) {
    return !one.up || (!one.other_directory && !one.is_clock_off());
  };
  return missing_.empty() && std::all_of(view->members.begin(), view->members.end(), is_like_us)
         && std::all_of(switches_.begin(), switches_.end(),
                        [](const auto& one) { return one.second.holder.verified && !one.second.awaited; });
}

std::uint64_t cluster_watch_state::mirror_size() const {
  std::uint64_t sum = 0;
  for (const auto& [who, from] : sources_)
    for (const auto& [of, count] : from.held) {
      const auto found = switches_.find(of->name);
      if (found != switches_.end() && found->second.holder.node == who)
        sum += count;
    }
  return sum;
}

watch_place cluster_watch_state::place() const {
  watch_place result;
  for (const auto& [who, from] : sources_)
    if (from.place)
      result.nodes.emplace(who, *from.place);
  for (const auto& [of, known] : switches_)
    if (!known.awaited && result.nodes.contains(known.holder.node))
      result.switches.emplace(of.value(), known.holder.node);
  return result;
}

void cluster_watch_state::say(watch_message what) {
  ++unmarked_;
  out_.push_back(std::move(what));
}

/// `at_once`: the client is to see that it is alive, though there be nothing to tell, or not yet.
void cluster_watch_state::deliver(bool at_once) {
  if (!promise_.pending() || (!at_once && (!begun_ || out_.empty())))
    return;
  auto messages = begun_ ? std::exchange(out_, {}) : watch_messages{};
  std::exchange(promise_, {}).deliver(std::make_shared<watch_messages>(std::move(messages)));
}

cluster_watch_actor::behavior_type
cluster_watch(cluster_watch_actor::stateful_pointer<cluster_watch_state> self, const context_ptr& context,
              const node_actor& node, const watch_request& request) {
  fails_alone(self, context);
  self->state.context = context;
  self->state.node = node;
  self->state.begin(request);
  return {
      [self](atom::more) { return self->state.more(); },
      one_way{[self](atom::left) { self->state.end(); }},
      one_way{[self](caf::tick_atom) { self->state.pulse(); }},
  };
}

} // namespace

cluster_watch_actor spawn_cluster_watch(caf::actor_system& system, context_ptr context, node_actor node,
                                        watch_request request) {
  return system.spawn(cluster_watch, std::move(context), std::move(node), std::move(request));
}

} // namespace rollcall
