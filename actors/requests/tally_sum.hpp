#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/directory/account_key.hpp"

#include <caf/error.hpp>

#include <cstdint>
#include <unordered_map>

namespace rollcall {

/// Joins what the tallies of a scope tell. It knows that it has everything when as many have told as it was
/// told to expect: one when it begins, as many more as each `expect` announces, whose sender is itself done.
class tally_sum {
public:
  /// Returns the job whose parts are to go to `sink`, and from there to expect() and add().
  stats_job_ptr begin(const stats_request& request, stats_sink_actor sink);

  void expect(std::uint64_t more) { open_ += more - 1; }
  void add(const stats_part& part);

  const stats_request& request() const noexcept { return request_; }

  /// Parts that are still awaited.
  std::uint64_t open() const noexcept { return open_; }

  /// The counts, once no part is awaited.
  stats_answer take() const;

  /// The error of a sum that did not come in time, which is logged and counted.
  caf::error late(node_context& context) const;

private:
  stats_request request_;
  std::unordered_map<account_key, tally_update> found_;
  std::uint64_t open_ = 1;
};

} // namespace rollcall
