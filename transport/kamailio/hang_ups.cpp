#include "transport/kamailio/hang_ups.hpp"

#include "transport/kamailio/command.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::kamailio {

namespace {

/// What Kamailio answers for a dialog or a transaction that it does not have.
constexpr int not_found = 404;

} // namespace

hang_ups::hang_ups(const limits& bounds, moment now)
    : bounds_(bounds), allowance_(bounds.hang_ups_burst), refilled_(now) {}

bool hang_ups::wish(const std::string& id) {
  if (!open_.insert(id).second)
    return false;
  waiting_.push_back({id, false});
  return true;
}

void hang_ups::refill(moment now) {
  const std::chrono::duration<double> passed = now - refilled_;
  refilled_ = now;
  allowance_ = std::min(bounds_.hang_ups_burst, allowance_ + passed.count() * bounds_.hang_ups_per_second);
}

bool hang_ups::may_send() const {
  return !waiting_.empty() && allowance_ >= 1 && sent_.size() < bounds_.hang_ups_at_once;
}

std::optional<std::string> hang_ups::next(const call_book& book, moment now,
                                          std::optional<outcome>& refused) {
  refused.reset();
  refill(now);
  while (may_send()) {
    auto call = std::move(waiting_.front());
    waiting_.pop_front();
    const auto dialog = parse_dialog_id(call.id);
    if (dialog && dialog->run == book.run() && !book.is_over(call.id))
      return command_for(std::move(call), *dialog, book, now);
    open_.erase(call.id);
    if (book.is_over(call.id))
      continue;
    const auto* reason = dialog ? "a call of an earlier run of the switch" : "not an id of this switch";
    refused = outcome{outcome::kind::refused, std::move(call.id), reason};
    break;
  }
  return std::nullopt;
}

std::string hang_ups::command_for(wanted&& call, const dialog_id& dialog, const call_book& book, moment now) {
  allowance_ -= 1;
  ++request_;
  const auto* known = book.find(call.id);
  const auto early = known && !known->answered && !call.end_dialog;
  auto command = early ? refuse_call_command(request_, known->sip_call_id, known->cseq)
                       : end_dialog_command(request_, dialog);
  sent_.emplace(request_, sent{std::move(call.id), !early, now});
  return command;
}

std::optional<std::chrono::milliseconds> hang_ups::wait(moment now) const {
  if (waiting_.empty() || sent_.size() >= bounds_.hang_ups_at_once)
    return std::nullopt;
  const std::chrono::duration<double> passed = now - refilled_;
  const auto missing = 1 - allowance_ - passed.count() * bounds_.hang_ups_per_second;
  const std::chrono::duration<double> needed{std::max(0.0, missing / bounds_.hang_ups_per_second)};
  return std::chrono::ceil<std::chrono::milliseconds>(needed);
}

hang_ups::outcome hang_ups::answered(const rpc_answer& answer, const call_book& book) {
  const auto found = sent_.find(answer.request);
  if (found == sent_.end())
    return {}; // overdue, and forgotten
  auto [id, end_dialog, when] = std::move(found->second);
  sent_.erase(found);
  if (answer.code != 0 && !end_dialog) {
    waiting_.push_front({std::move(id), true});
    return {};
  }
  open_.erase(id);
  if (answer.code == 0 || book.is_over(id))
    return {};
  if (answer.code == not_found)
    return {outcome::kind::missing, std::move(id), answer.message};
  return {outcome::kind::refused, std::move(id), answer.message};
}

void hang_ups::forget_overdue(moment now) {
  while (!sent_.empty() && now - sent_.begin()->second.when > bounds_.answer) {
    open_.erase(sent_.begin()->second.id);
    sent_.erase(sent_.begin());
  }
}

} // namespace rollcall::kamailio
