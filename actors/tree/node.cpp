#include "actors/tree/node.hpp"

#include "actors/links/link.hpp"
#include "actors/runtime/failure.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/runtime/priority.hpp"
#include "actors/tree/account.hpp"
#include "actors/tree/customer.hpp"
#include "actors/tree/tally.hpp"
#include "domain/base/fan_in.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall {

template <class... How>
void node_state::place(const record_ptr& record, const call_actor& call, How... how) {
  if (auto* found = find_or_open({record->source().environment, record->account()})) {
    found->asked = 0;
    tell(self, found->actor, how..., record, call);
  }
}

void node_state::list(const list_job_ptr& job) { pass_down(job->query.scope, job); }

void node_state::stats(const stats_job_ptr& job) { pass_down(job->scope, job); }

void node_state::disconnect(const disconnect_job_ptr& job) {
  if (!job->call) {
    pass_down(job->scope, job);
    return;
  }
  const auto& id = job->call->value();
  const auto colon = id.find(':');
  if (colon == std::string::npos)
    self->send(job->worker, call_outcome{});
  else
    disconnect(job, switch_name{id.substr(0, colon)}, std::string_view{id}.substr(colon + 1));
}

void node_state::disconnect(const disconnect_job_ptr& job, const switch_name& at, std::string_view local_id) {
  if (const auto found = links_.find(at); found != links_.end())
    self->send(found->second.actor, job, std::string{local_id});
  else
    self->send(job->worker, call_outcome{});
}

caf::result<attached> node_state::attach(const attach_request& request) {
  const auto found = links_.find(request.name);
  if (found == links_.end())
    return caf::make_error(ec::unknown_switch);
  return self->delegate(found->second.actor, request);
}

caf::result<released> node_state::release(const switch_name& of, std::uint64_t epoch,
                                          const switch_host& host) {
  const auto found = links_.find(of);
  if (found == links_.end())
    return caf::make_error(ec::unknown_switch);
  return self->delegate(found->second.actor, atom::release_v, epoch, host);
}

caf::result<caf::ok_atom> node_state::inherit(const switch_name& of, const outstanding_hang_ups_ptr& calls) {
  const auto found = links_.find(of);
  if (found == links_.end())
    return caf::make_error(ec::unknown_switch);
  return self->delegate(found->second.actor, atom::inherit_v, calls);
}

caf::result<outstanding_hang_ups_ptr> node_state::hang_ups(const switch_name& of) {
  const auto found = links_.find(of);
  if (found == links_.end())
    return caf::make_error(ec::unknown_switch);
  return self->delegate(found->second.actor, atom::hang_ups_v);
}

template <class... Ts>
void node_state::pass_on(const switch_name& of, const Ts&... xs) {
  if (const auto found = links_.find(of); found != links_.end())
    self->send(found->second.actor, xs...);
}

void node_state::change(directory_ptr dir, const std::vector<switch_settings>& switches) {
  directory_ = std::move(dir);
  context->changes.set_directory(directory_);
  change_customers();
  change_owners();
  change_links(switches);
}

namespace {

/// The states of the links, as they come.
struct link_answers {
  caf::typed_response_promise<link_statuses> promise;
  fan_in links = {};
  link_statuses found = {};

  void deliver_if_complete() {
    if (links.is_over())
      promise.deliver(std::move(found));
  }
};

} // namespace

/// Without those that do not answer in time.
caf::result<link_statuses> node_state::link_states() {
  auto promise = self->make_response_promise<link_statuses>();
  const auto answers = std::make_shared<link_answers>(link_answers{promise});
  for (const auto& [known_as, link] : links_) {
    const auto who = answers->links.expect(known_as.value());
    self->request(link.actor, caf::duration{defaults::gather_deadline}, caf::get_atom_v)
        .then(
            [answers, who](link_status& is) {
              answers->found.push_back(std::move(is));
              answers->links.answered(who);
              answers->deliver_if_complete();
            },
            [answers, who](const caf::error&) {
              answers->links.failed(who, "no answer in time");
              answers->deliver_if_complete();
            });
  }
  if (links_.empty())
    answers->deliver_if_complete();
  return promise;
}

void node_state::audit() { audit_buckets(0, accounts_.bucket_count()); }

// Accounts that come may move others to another bucket: one that is passed over has its turn in the next
// round.
void node_state::audit_next() {
  self->delayed_send(self, defaults::audit_pause, caf::tick_atom_v);
  look_next();
  const auto buckets = accounts_.bucket_count();
  const auto begin = audited_ * buckets / defaults::audit_parts;
  audit_buckets(begin, ++audited_ * buckets / defaults::audit_parts);
  audited_ %= defaults::audit_parts;
}

void node_state::look_next() {
  const auto buckets = accounts_.bucket_count();
  const auto rules = context->symptoms.rules();
  auto bucket = looked_ * buckets / defaults::symptoms_parts;
  for (const auto end = ++looked_ * buckets / defaults::symptoms_parts; bucket < end; ++bucket)
    for (auto one = accounts_.begin(bucket); one != accounts_.end(bucket); ++one)
      tell(self, one->second.actor, rules);
  looked_ %= defaults::symptoms_parts;
}

// Accounts that the directory does not know are as many as switches like to invent.
void node_state::audit_buckets(std::size_t begin, std::size_t end) {
  ++round_;
  for (auto bucket = begin; bucket < end; ++bucket)
    for (auto one = accounts_.begin(bucket); one != accounts_.end(bucket); ++one) {
      auto& [key, held] = *one;
      self->send(held.actor, atom::audit_v);
      if (key.account.known() && !is_in_directory(key)) {
        held.asked = round_;
        self->send(held.actor, atom::retire_v, registrar_actor{node_actor{self}}, round_);
      }
    }
}

// It had nothing to keep, and will have nothing: whoever is sent to this account from here on is sent to a
// new actor. Its last word to the tally came before this, and so before the first of the new one.
void node_state::retire(const retirement& from) {
  const auto found = accounts_.find(from.account);
  if (found == accounts_.end() || found->second.asked != from.round)
    return;
  last_version_ = std::max(last_version_, from.version);
  if (const auto above = customers_.find(found->second.owner); above != customers_.end())
    self->send(above->second.actor, atom::retired_v, from.account);
  accounts_.erase(found);
}

void node_state::stop(caf::error reason) {
  for (const auto& [known_as, link] : links_)
    self->send_exit(link.actor, reason);
  self->quit(std::move(reason));
}

template <class Job>
void node_state::pass_down(customer_id to, const Job& job) {
  const auto found = customers_.find(to);
  if (found != customers_.end())
    self->send(found->second.actor, job);
  else
    self->send(job->worker, atom::expect_v, std::uint64_t{0});
}

void node_state::change_customers() {
  const auto& customers = directory_->entries().customers;
  for (const auto& customer : customers)
    if (!customers_.contains(customer.id)) {
      auto tally = spawn_tally(self->system(), context);
      customers_.emplace(customer.id,
                         branch{spawn_customer(self->system(), context, customer.id, tally), tally});
    }
  for (const auto& customer : customers) {
    std::vector<scope_actor> below;
    for (const auto id : directory_->children(customer.id))
      below.emplace_back(customers_.at(id).actor);
    self->send(customers_.at(customer.id).actor, std::move(below));
  }
}

// The new owner has an account before the former one lets go, and the former goes on passing requests to it
// for a while. Customers that are in the directory no more end when the last request drops them.
void node_state::change_owners() {
  for (auto& [key, held] : accounts_) {
    held.asked = 0;
    const auto* owner = directory_->owner(key.environment, key.account);
    if (owner && owner->id != held.owner) {
      context->changes.account_moved();
      const auto& next = customers_.at(owner->id);
      self->send(next.actor, caf::join_atom_v, key, held.actor);
      self->send(held.actor, next.tally);
      if (const auto former = customers_.find(held.owner); former != customers_.end())
        self->send(former->second.actor, caf::delete_atom_v, key);
    }
    held.owner = owner ? owner->id : customer_id{};
    if (!key.account.known())
      self->send(held.actor, directory_);
  }
  std::erase_if(customers_, [&](const auto& x) { return directory_->find(x.first) == nullptr; });
}

void node_state::change_links(const std::vector<switch_settings>& switches) {
  std::set<switch_name> configured;
  for (const auto& [known_as, environment] : switches) {
    configured.insert(known_as);
    const auto found = links_.find(known_as);
    if (found != links_.end() && found->second.environment == environment)
      continue;
    if (found != links_.end())
      self->send(found->second.actor, atom::forget_v);
    const switch_identity identity{known_as, context->node, environment};
    links_[known_as] = {spawn_link(self->system(), context, identity, self, auditor), environment};
  }
  for (auto i = links_.begin(); i != links_.end();) {
    if (configured.contains(i->first)) {
      self->send(i->second.actor, directory_);
      ++i;
    } else {
      self->send(i->second.actor, atom::forget_v);
      i = links_.erase(i);
    }
  }
}

bool node_state::is_in_directory(const account_key& key) const {
  const auto* account = directory_->find(key.account);
  const auto* owner = account ? directory_->find(account->customer) : nullptr;
  return owner && owner->environment == key.environment;
}

node_state::leaf* node_state::find_or_open(const account_key& key) {
  if (const auto found = accounts_.find(key); found != accounts_.end())
    return &found->second;
  const auto* owner = directory_ ? directory_->owner(key.environment, key.account) : nullptr;
  if (!owner) {
    log::error("node", "a call of environment {}, which the directory does not know, cannot be shown",
               key.environment.value());
    return nullptr;
  }
  const auto& above = customers_.at(owner->id);
  auto account = spawn_account(self->system(), context, self, key, above.tally, last_version_);
  self->send(above.actor, caf::put_atom_v, key, account);
  if (!key.account.known())
    self->send(account, directory_);
  return &accounts_.emplace(key, leaf{std::move(account), owner->id}).first->second;
}

namespace {

node_actor::behavior_type node_behavior(node_actor::stateful_pointer<node_state> self,
                                        const context_ptr& context, const auditor_actor& auditor) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.auditor = auditor;
  self->set_exit_handler([self](caf::exit_msg& message) { self->state.stop(std::move(message.reason)); });
  self->delayed_send(self, defaults::audit_pause, caf::tick_atom_v);
  return {
      one_way{[self](const record_ptr& record, const call_actor& call) { self->state.place(record, call); }},
      one_way{[self](atom::moved moves, const record_ptr& record, const call_actor& call) {
        self->state.place(record, call, moves);
      }},
      one_way{[self](const list_job_ptr& job) { self->state.list(job); }},
      one_way{[self](const stats_job_ptr& job) { self->state.stats(job); }},
      one_way{[self](const disconnect_job_ptr& job) { self->state.disconnect(job); }},
      one_way{[self](const disconnect_job_ptr& job, const record_ptr& call) {
        self->state.disconnect(job, call->source().name, call->local_id());
      }},
      [self](const attach_request& request) { return self->state.attach(request); },
      [self](atom::release, const switch_name& name, std::uint64_t epoch, const switch_host& host) {
        return self->state.release(name, epoch, host);
      },
      [self](atom::adopt, const switch_name& name, const records& calls) {
        self->state.pass_on(name, atom::adopt_v, calls);
      },
      [self](atom::resume, const switch_name& name, const outstanding_hang_ups_ptr& calls) {
        self->state.pass_on(name, atom::resume_v, calls);
      },
      [self](atom::inherit, const switch_name& name, const outstanding_hang_ups_ptr& calls) {
        return self->state.inherit(name, calls);
      },
      [self](atom::hang_ups, const switch_name& name) { return self->state.hang_ups(name); },
      [self](atom::passed_on, const switch_name& name, const outstanding_hang_ups_ptr& calls) {
        self->state.pass_on(name, atom::passed_on_v, calls);
      },
      [self](atom::yield, const switch_name& name, std::uint64_t own_term) {
        self->state.pass_on(name, atom::yield_v, own_term);
      },
      [self](directory_ptr& dir, const std::vector<switch_settings>& switches) {
        self->state.change(std::move(dir), switches);
      },
      [self](caf::get_atom) { return self->state.link_states(); },
      [self](atom::audit) { self->state.audit(); },
      [self](caf::tick_atom) { self->state.audit_next(); },
      [self](const retirement& from) { self->state.retire(from); },
  };
}

} // namespace

node_actor spawn_node(caf::actor_system& system, context_ptr context, auditor_actor auditor) {
  return spawn_with(priority::normal, system, node_behavior, std::move(context), std::move(auditor));
}

} // namespace rollcall
