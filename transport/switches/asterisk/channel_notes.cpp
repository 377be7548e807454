#include "transport/switches/asterisk/channel_notes.hpp"

#include "transport/switches/asterisk/action.hpp"

#include <algorithm>

namespace rollcall::asterisk {

namespace {

/// The variable's value; none when the item does not have the variable, as when nobody has asked for it.
std::optional<std::string_view> note_in(const ami_event& item) {
  for (std::size_t i = 0; i < item.size(); ++i) {
    const auto value = item.value(i);
    if (item.name(i) == "ChanVariable" && value.starts_with(note_variable)
        && value.substr(note_variable.size()).starts_with('='))
      return value.substr(note_variable.size() + 1);
  }
  return std::nullopt;
}

} // namespace

void channel_notes::begin_lists() {
  listing_ = true;
  shown_ = not_shown_ = false;
  listed_.clear();
  written_.clear();
}

void channel_notes::listed(const ami_event& item, timestamp now) {
  if (item.get("Event") != "CoreShowChannel")
    return;
  const auto note = note_in(item);
  (note ? shown_ : not_shown_) = true;
  const std::string leg{item.get("Uniqueid")};
  if (!note || !is_addressable(leg))
    return;
  if (!written_.contains(leg)) {
    if (note->empty())
      carried_.erase(leg);
    else
      carried_.insert_or_assign(leg, *note);
  }
  if (note->empty() || graph_.call_of(leg))
    return;
  auto call = call_in(*note, leg, now);
  if (!call) {
    ++ignored_;
    return;
  }
  const auto [known, is_first] = listed_.try_emplace(call->id, *call);
  auto& all = known->second;
  if (is_first)
    return;
  if (all.account != call->account) { // it is another one: which is the right one nobody knows
    ++ignored_;
    return;
  }
  all.legs.push_back(leg);
  if (all.owner.empty())
    all.owner = call->owner;
}

/// A channel from before `manager reload` does not show the variable until something is written into it.
void channel_notes::remember() {
  listing_ = false;
  if (shown_ || not_shown_)
    readable_ = shown_;
  for (auto& [id, call] : std::exchange(listed_, {}))
    graph_.remember(std::move(call));
}

std::string channel_notes::wanted(const std::string& leg) const {
  const auto* const call = graph_.call_of(leg);
  return call ? note_of(*call, leg) : std::string{};
}

std::string_view channel_notes::carried(const std::string& leg) const {
  const auto found = carried_.find(leg);
  return found == carried_.end() ? std::string_view{} : std::string_view{found->second};
}

/// Of a call with an owner only that one has a note, if any; the others may have one from before.
void channel_notes::look(const leg_call& call) {
  if (!readable_ || !has_listed_)
    return;
  for (const auto& leg : call.legs) {
    const auto is_noted = call.owner.empty() || leg == call.owner || carried_.contains(leg);
    if (is_noted && is_addressable(leg) && waiting_.size() < most_ && note_of(call, leg) != carried(leg)
        && is_waiting_.insert(leg).second)
      waiting_.push_back(leg);
  }
}

void channel_notes::look_at_all() {
  has_listed_ = true;
  std::erase_if(carried_, [this](const auto& each) { return !graph_.has_leg(each.first); });
  for (const auto* each : graph_.calls())
    look(*each);
}

/// Much may have happened while it has waited.
std::optional<channel_notes::change> channel_notes::next() {
  while (!waiting_.empty()) {
    auto leg = std::move(waiting_.front());
    waiting_.pop_front();
    is_waiting_.erase(leg);
    auto text = wanted(leg);
    if (!readable_ || !graph_.call_of(leg) || text == carried(leg))
      continue;
    if (listing_)
      written_.insert(leg);
    if (text.empty())
      carried_.erase(leg);
    else
      carried_.insert_or_assign(leg, text);
    return change{std::move(leg), std::move(text)};
  }
  return std::nullopt;
}

} // namespace rollcall::asterisk
