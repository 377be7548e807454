#include "transport/switches/kamailio/call_book.hpp"

#include <iterator>

namespace rollcall::kamailio {

void call_book::begin_run(const std::string& run) {
  if (run == run_)
    return;
  run_ = run;
  calls_.clear();
  over_.clear();
  unrouted_.clear();
}

bool call_book::take(const call_report& report, moment now) {
  const auto& event = report.event;
  if (event.state == call_state::dead) {
    calls_.erase(event.id);
    return over_.add(event.id, now);
  }
  if (is_over(event.id))
    return false;
  if (calls_.size() >= most_calls && !calls_.contains(event.id))
    return true;
  const auto [at, is_new] = calls_.try_emplace(event.id);
  auto& known = at->second;
  known.seen = snapshot_;
  known.routed = known.routed || event.state >= call_state::ar_complete;
  if (is_new && !known.routed)
    unrouted_.emplace_back(now + routing_, event.id);
  known.answered = known.answered || event.state >= call_state::connected;
  if (!report.transaction.empty())
    known.transaction = report.transaction;
  return true;
}

const call_book::entry* call_book::find(const std::string& id) const {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

void call_book::end_snapshot() {
  std::erase_if(calls_, [this](const auto& each) { return each.second.seen != snapshot_; });
}

bool call_book::routing_overdue(moment now) {
  auto overdue = false;
  for (; !unrouted_.empty() && unrouted_.front().first <= now; unrouted_.pop_front()) {
    const auto* known = find(unrouted_.front().second);
    overdue = overdue || (known && !known->routed);
  }
  return overdue;
}

} // namespace rollcall::kamailio
