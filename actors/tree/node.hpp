#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <string_view>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// The state of the node actor. Every request and every call that looks for its account passes here, so a
/// change of the directory falls between two of them: no request sees half of it.
struct node_state {
  static inline const char* name = "node";

  explicit node_state(node_actor::pointer ptr) : self(ptr) {}

  template <class... How>
  void place(const record_ptr& record, const call_actor& call, How... how);
  void list(const list_job_ptr& job);
  void stats(const stats_job_ptr& job);
  void disconnect(const disconnect_job_ptr& job);
  void disconnect(const disconnect_job_ptr& job, const switch_name& at, std::string_view local_id);
  caf::result<attached> attach(const attach_request& request);
  caf::result<released> release(const switch_name& of, std::uint64_t epoch, const switch_host& host);
  caf::result<caf::ok_atom> inherit(const switch_name& of, const outstanding_hang_ups_ptr& calls);
  caf::result<outstanding_hang_ups_ptr> hang_ups(const switch_name& of);
  template <class... Ts>
  void pass_on(const switch_name& of, const Ts&... xs);
  void change(directory_ptr dir, const std::vector<switch_settings>& switches);
  caf::result<link_statuses> link_states();
  void audit();
  void audit_next();
  void retire(const retirement& from);
  void stop(caf::error reason);

  node_actor::pointer self;
  context_ptr context;
  auditor_actor auditor;

private:
  struct branch {
    customer_actor actor;
    tally_actor tally;
  };
  struct leaf {
    account_actor actor;
    customer_id owner;
    std::uint64_t asked = 0; ///< to retire, in this round; 0 when there was news for it since
  };
  struct link_entry {
    link_actor actor;
    environment_id environment;
  };

  template <class Job>
  void pass_down(customer_id to, const Job& job);
  void change_customers();
  void change_owners();
  void change_links(const std::vector<switch_settings>& switches);
  void audit_buckets(std::size_t begin, std::size_t end);
  void look_next();
  bool is_in_directory(const account_key& key) const;
  leaf* find_or_open(const account_key& key);

  directory_ptr directory_;
  std::unordered_map<customer_id, branch> customers_;
  std::unordered_map<account_key, leaf> accounts_;
  std::size_t audited_ = 0;        ///< parts of the accounts, of audit_parts
  std::size_t looked_ = 0;         ///< parts of the accounts, of symptoms_parts
  std::uint64_t round_ = 0;        ///< counts how often accounts were asked to retire
  std::uint64_t last_version_ = 0; ///< of all accounts that have retired, the highest
  std::unordered_map<switch_name, link_entry> links_;
};

/// Spawns the node. It serves nothing before it was given a directory. `auditor` may be null. An exit message
/// ends it and everything below it: links and calls at once, accounts, customers and tallies when the last
/// request drops them.
node_actor spawn_node(caf::actor_system& system, context_ptr context, auditor_actor auditor);

} // namespace rollcall
