#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/directory/account_key.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <unordered_map>

namespace rollcall {

/// Joins what the tallies of a scope tell. Its owner counts how many have told.
class tally_sum {
public:
  /// Returns the job whose parts are to go to `sink`, and from there to add().
  stats_job_ptr begin(const stats_request& request, stats_sink_actor sink);

  void add(const stats_part& part);

  /// True for an account that the request is about.
  bool is_meant(const account_key& account) const;

  const stats_request& request() const noexcept { return request_; }

  /// The counts, once no part is awaited.
  stats_by_account take() const;

  /// The error of a sum of which `open` parts did not come in time, which is logged and counted.
  static caf::error late(node_context& context, std::uint64_t open);

private:
  stats_request request_;
  std::unordered_map<account_key, tally_update> found_;
};

/// What counts for somebody who has a limit: accounts that have one themselves, each as it is, and what the
/// other accounts of a customer have together where it, or somebody above it, has one. That is told as of the
/// first of these accounts, which stands for all of them: so an answer is no longer than there are limits and
/// customers below them, however many accounts have calls.
stats_by_account limited_stats(const stats_by_account& of, const directory& dir);

/// The counts of all accounts together, as those of the account of no number.
stats_by_account one_account(const stats_by_account& of);

} // namespace rollcall
