#include "transport/kamailio/call_book.hpp"

#include <iterator>

namespace rollcall::kamailio {

void call_book::begin_run(const std::string& run) {
  if (run == run_)
    return;
  run_ = run;
  calls_.clear();
  over_.clear();
  forget_.clear();
}

bool call_book::take(const call_report& report, moment now) {
  const auto& event = report.event;
  if (event.state == call_state::dead) {
    calls_.erase(event.id);
    if (!over_.insert(event.id).second)
      return false;
    forget_.emplace_back(now + remember_, event.id);
    return true;
  }
  if (is_over(event.id))
    return false;
  auto& known = calls_[event.id];
  known.seen = snapshot_;
  known.answered = known.answered || event.state >= call_state::connected;
  if (const auto said = event.texts.get(call_text::sip_call_id))
    known.sip_call_id = *said;
  if (!report.cseq.empty())
    known.cseq = report.cseq;
  return true;
}

const call_book::entry* call_book::find(const std::string& id) const {
  const auto found = calls_.find(id);
  return found == calls_.end() ? nullptr : &found->second;
}

void call_book::end_snapshot() {
  std::erase_if(calls_, [this](const auto& each) { return each.second.seen != snapshot_; });
}

void call_book::forget(moment now) {
  for (; !forget_.empty() && forget_.front().first <= now; forget_.pop_front())
    over_.erase(forget_.front().second);
}

} // namespace rollcall::kamailio
