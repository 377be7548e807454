#include "domain/control/limit_watch.hpp"

namespace rollcall {

namespace {

bool reaches(const limit_use& use) {
  return use.total > 0 && use.total >= static_cast<std::uint64_t>(use.max_sessions);
}

/// 90 % of it, rounded down, for any number.
std::uint64_t clear_at_most(std::int64_t max_sessions) {
  const auto most = static_cast<std::uint64_t>(max_sessions);
  return most / 10 * 9 + most % 10 * 9 / 10;
}

bool clears(const limit_use& use) { return use.total == 0 || use.total <= clear_at_most(use.max_sessions); }

bool has_limit(const directory& dir, limited_subject whose) {
  if (whose.kind == limit_kind::customer) {
    const auto* known = dir.find(customer_id{whose.id});
    return known && known->max_sessions != no_limit;
  }
  const auto* known = dir.find(account_id{whose.id});
  return known && known->max_sessions != no_limit;
}

} // namespace

std::vector<limit_event> limit_watch::look(const std::vector<limit_use>& uses, bool complete, timestamp now) {
  std::vector<limit_event> events;
  for (const auto& use : uses) {
    const auto found = states_.find(use.whose);
    const auto stands = found != states_.end() && found->second.reached;
    if (!stands) {
      if (!reaches(use))
        continue;
      states_[use.whose] = {true, now, use.of, use.total, use.max_sessions};
      events.push_back({use.whose, true, use.total, use.max_sessions});
      continue;
    }
    auto& known = found->second;
    known.of = use.of;
    known.total = use.total;
    known.max_sessions = use.max_sessions;
    if (!complete || !clears(use))
      continue;
    known.reached = false;
    known.since = now;
    events.push_back({use.whose, false, use.total, use.max_sessions});
  }
  return events;
}

std::vector<limit_event> limit_watch::keep_to(const directory& dir, timestamp now) {
  std::vector<limit_event> events;
  for (auto& [whose, known] : states_) {
    if (!known.reached || has_limit(dir, whose))
      continue;
    known.reached = false;
    known.since = now;
    known.max_sessions = no_limit;
    events.push_back({whose, false, known.total, no_limit});
  }
  return events;
}

void limit_watch::forget(timestamp before) {
  std::erase_if(states_, [&](const auto& one) { return !one.second.reached && one.second.since < before; });
}

} // namespace rollcall
