#include "actors/symptom_board.hpp"

namespace rollcall {

void symptom_board::set_limits(const symptom_limits& limits) {
  const std::lock_guard lock{mutex_};
  limits_ = limits;
  make_rules();
}

void symptom_board::lost(const switch_identity* of, timestamp when) {
  const std::lock_guard lock{mutex_};
  if (lost_.try_emplace(of, when).second)
    make_rules();
}

void symptom_board::back(const switch_identity* of) {
  const std::lock_guard lock{mutex_};
  if (lost_.erase(of) != 0)
    make_rules();
}

symptom_rules_ptr symptom_board::rules() const {
  const std::lock_guard lock{mutex_};
  return rules_;
}

void symptom_board::post(const account_key& by, const symptom_counts& found) {
  const std::lock_guard lock{found_mutex_};
  if (found.none())
    found_.erase(by);
  else
    found_[by] = found;
}

symptom_counts symptom_board::total() const {
  const std::lock_guard lock{found_mutex_};
  symptom_counts all;
  for (const auto& [account, found] : found_)
    all += found;
  return all;
}

/// Under the lock. Whoever looks by the former ones goes on with these.
void symptom_board::make_rules() {
  rules_ = std::make_shared<const symptom_rules>(limits_,
                                                 symptom_rules::lost_switches{lost_.begin(), lost_.end()});
}

} // namespace rollcall
