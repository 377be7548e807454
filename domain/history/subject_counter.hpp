#pragma once

#include "domain/calls/totals.hpp"
#include "domain/directory/account_key.hpp"
#include "domain/directory/directory.hpp"
#include "domain/history/call_figures.hpp"

#include <unordered_map>
#include <utility>

namespace rollcall {

/// Makes of what accounts have at one moment what each subject has: a customer's figure is the sum over its
/// subtree at that moment, so that the highest of its sums can be kept. The sum of the highest figures of
/// accounts would be of moments that never were.
class subject_counter {
public:
  /// `by` says which customer an account's calls belong to.
  explicit subject_counter(directory_ptr by) : directory_(std::move(by)) {}

  /// An account's calls, each account once.
  void add(const account_key& account, const state_counts& counts);

  /// The figures of this moment. The calls of an account that the directory does not know, or not in that
  /// environment, are in those of the environment's root customer alone.
  figures_rows take();

private:
  struct sums {
    std::uint64_t total = 0;
    std::uint64_t connected = 0;
  };

  directory_ptr directory_;
  std::unordered_map<customer_id, sums> own_; ///< of a customer's own accounts
  figures_rows accounts_;
};

} // namespace rollcall
