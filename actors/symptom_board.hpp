#pragma once

#include "domain/calls/symptom_rules.hpp"
#include "domain/directory/account_key.hpp"

#include <mutex>
#include <unordered_map>

namespace rollcall {

/// What the actors of a node share of symptoms: by what to look for them, and how many were found. Links tell
/// of lost switches, accounts post what they have found in their turn, /metrics reads the sum. Any thread.
class symptom_board {
public:
  void set_limits(const symptom_limits& limits);

  /// The connection of this switch (interned) is lost. Of several words for one loss the first counts.
  void lost(const switch_identity* of, timestamp when);

  /// It has connected since, or it is this node's no more.
  void back(const switch_identity* of);

  /// By which to look now.
  symptom_rules_ptr rules() const;

  /// What an account has found, all of it. Only accounts that have found something take up room.
  void post(const account_key& by, const symptom_counts& found);

  /// Of all accounts. Takes as long as there are accounts with symptoms.
  symptom_counts total() const;

private:
  void make_rules();

  mutable std::mutex mutex_; ///< of the next three
  symptom_limits limits_;
  std::unordered_map<const switch_identity*, timestamp> lost_;
  symptom_rules_ptr rules_ =
      std::make_shared<const symptom_rules>(symptom_limits{}, symptom_rules::lost_switches{});
  mutable std::mutex found_mutex_; ///< of what follows
  std::unordered_map<account_key, symptom_counts> found_;
};

} // namespace rollcall
