#include "transport/switches/kamailio/hang_ups.hpp"

#include "transport/switches/kamailio/command.hpp"

#include <utility>

namespace rollcall::kamailio {

namespace {

/// What Kamailio answers for a dialog or a transaction that it does not have.
constexpr int not_found = 404;

/// Rings as far as we know, and has not been found answered meanwhile.
bool is_early(const call_book::entry* known, bool end_dialog) {
  return known && !known->answered && !end_dialog;
}

/// Why a call cannot be hung up; null when it can. What Kamailio calls a dialog (entry and number) is unique
/// in one run of it. A call of another run is one of its own only when it told that one itself: it has
/// restored it from a database, under the same entry and number.
const char* obstacle(const std::optional<dialog_id>& dialog, const call_book::entry* known,
                     const call_book& book, bool end_dialog) {
  if (!dialog)
    return "not an id of this switch";
  if (!known && dialog->run != book.run())
    return "a call of an earlier run of the switch";
  if (is_early(known, end_dialog) && known->transaction.empty())
    return "not answered, and the switch has not named its transaction: it is not routed yet, or "
           "rollcall.cfg is "
           "of an older rollcall";
  return nullptr;
}

} // namespace

hang_ups::hang_ups(const limits& bounds, moment now, std::uint64_t first_request)
    : bounds_(bounds),
      pace_(bounds.hang_ups_per_second, bounds.hang_ups_burst, now),
      request_(first_request) {}

bool hang_ups::enqueue(const std::string& id) {
  if (!open_.insert(id).second)
    return false;
  waiting_.push_back({id, false});
  return true;
}

bool hang_ups::may_send(moment now) {
  return !waiting_.empty() && sent_.size() < bounds_.hang_ups_at_once && pace_.may_send(now);
}

std::optional<std::string> hang_ups::next(const call_book& book, moment now,
                                          std::optional<outcome>& refused) {
  refused.reset();
  while (may_send(now)) {
    auto call = std::move(waiting_.front());
    waiting_.pop_front();
    const auto dialog = parse_dialog_id(call.id);
    const auto* known = book.find(call.id);
    const auto over = book.is_over(call.id);
    const auto* reason = obstacle(dialog, known, book, call.end_dialog);
    if (!over && !reason)
      return command_for(std::move(call), *dialog, known, now);
    open_.erase(call.id);
    if (over)
      continue;
    refused = outcome{outcome::kind::refused, std::move(call.id), reason};
    break;
  }
  return std::nullopt;
}

std::string hang_ups::command_for(wanted&& call, const dialog_id& dialog, const call_book::entry* known,
                                  moment now) {
  pace_.sent();
  const auto request = request_++;
  const auto early = is_early(known, call.end_dialog);
  auto command =
      early ? refuse_call_command(request, known->transaction) : end_dialog_command(request, dialog);
  sent_.emplace(request, sent{std::move(call.id), !early, now});
  return command;
}

std::optional<std::chrono::milliseconds> hang_ups::wait(moment now) const {
  if (waiting_.empty() || sent_.size() >= bounds_.hang_ups_at_once)
    return std::nullopt;
  return pace_.wait(now);
}

hang_ups::outcome hang_ups::answered(const rpc_answer& answer, const call_book& book) {
  const auto found = sent_.find(answer.request.value_or(0));
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
