#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "actors/workers/tally_sum.hpp"
#include "domain/base/fan_in.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rollcall {

// A worker lives for one request. It sends a job to the node, gathers what comes back, answers and ends. To
// its fan_in the whole tree below the node is one party, and each `expect n` says that one of its answers is
// given by n others.

/// Gathers a list.
struct list_worker_state {
  static inline const char* name = "list_worker";

  explicit list_worker_state(list_worker_actor::pointer ptr) : self(ptr) {}

  caf::result<call_list_ptr> start(const list_request& request);
  void expect(std::uint64_t more);
  void part(list_part& part);
  void late();

  list_worker_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  void settle();

  list_request request_;
  caf::typed_response_promise<call_list_ptr> promise_;
  std::vector<list_part> parts_;
  fan_in answers_;
  fan_in::party tree_ = 0;
};

/// Counts the calls that a disconnect would mean, in the list that they would make.
struct preview_worker_state {
  static inline const char* name = "preview_worker";

  explicit preview_worker_state(preview_worker_actor::pointer ptr) : self(ptr) {}

  caf::result<node_preview> start(const preview_request& request);
  void proceed();

  preview_worker_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  caf::typed_response_promise<node_preview> promise_;
  node_preview answer_;
  call_list_ptr calls_;
  std::optional<match_counter> counter_;
};

/// Gathers the counts of tallies for another node, or a page of this one; a request of the API has its
/// cluster query do that.
struct stats_worker_state {
  static inline const char* name = "stats_worker";

  explicit stats_worker_state(stats_worker_actor::pointer ptr) : self(ptr) {}

  caf::result<stats_by_account> start(const stats_request& request);
  void expect(std::uint64_t more);
  void part(const stats_part& part);
  void late();

  stats_worker_actor::pointer self;
  context_ptr context;
  node_actor node;

private:
  void settle();

  caf::typed_response_promise<stats_by_account> promise_;
  tally_sum sum_;
  fan_in answers_;
  fan_in::party tree_ = 0;
};

/// Gathers the outcomes of a disconnect. The links have the audit log take each call before its line leaves;
/// this one adds the calls that no line left for, and the answer, before it is given. A log that cannot be
/// written saves no fraudulent call: the answer says so.
struct disconnect_worker_state {
  static inline const char* name = "hangup_worker";

  explicit disconnect_worker_state(disconnect_worker_actor::pointer ptr) : self(ptr) {}

  caf::result<node_disconnect_answer> start(const disconnect_request& request);
  void expect(std::uint64_t more);
  void outcome(const call_outcome& outcome);
  void late();
  void unaudited() { answer_.audited = false; }

  disconnect_worker_actor::pointer self;
  context_ptr context;
  node_actor node;
  auditor_actor auditor; ///< may be null

private:
  void send_job();
  void refuse(ec why, const std::string& text);
  void write_outcome(std::vector<audit_block> blocks, std::string text, bool idle,
                     const std::function<void()>& then);
  void note(const record_ptr& record, disconnect_outcome outcome);
  void settle();
  std::vector<audit_block> take_outcomes();
  void finish();
  bool has_sent() const;
  std::string summary() const;
  std::vector<std::string> untold_switches(bool found) const;

  disconnect_request request_;
  caf::typed_response_promise<node_disconnect_answer> promise_;
  node_disconnect_answer answer_;
  std::unordered_map<std::string_view, std::pair<record_ptr, disconnect_outcome>>
      outcomes_;                                ///< by ID: a call that
                                                ///< moves may tell twice
  std::map<switch_name, std::uint64_t> beyond_; ///< calls above what was allowed
  std::uint64_t entry_ = 0;                     ///< of the audit log
  audit_request_ptr audit_;
  fan_in answers_;
  fan_in::party tree_ = 0;
  bool unknown_account_ = false; ///< only its calls know of it
  bool settled_ = false;
};

list_worker_actor spawn_list_worker(caf::actor_system& system, context_ptr context, node_actor node);
preview_worker_actor spawn_preview_worker(caf::actor_system& system, context_ptr context, node_actor node);
stats_worker_actor spawn_stats_worker(caf::actor_system& system, context_ptr context, node_actor node);
disconnect_worker_actor spawn_disconnect_worker(caf::actor_system& system, context_ptr context,
                                                node_actor node, auditor_actor auditor);

} // namespace rollcall
