#include "transport/switches/asterisk/questions.hpp"

#include "transport/switches/asterisk/action.hpp"

#include <utility>

namespace rollcall::asterisk {

namespace {

constexpr std::string_view answered_state = "6";

bool is_pjsip(const ami_event& event, std::string_view prefix = {}) {
  return event.get(prefix, "Channel").starts_with("PJSIP/");
}

} // namespace

void questions::heard(const ami_event& event) {
  const auto name = event.get("Event");
  if (name == "DialState" && event.get("DialStatus") == "PROGRESS" && is_pjsip(event, "Dest"))
    return ask(request::kind::media, event.get("DestUniqueid"));
  if ((name != "Newchannel" && name != "Newstate" && name != "Unhold") || !is_pjsip(event))
    return;
  const auto leg = event.get("Uniqueid");
  if (wants_call_id(leg))
    ask(request::kind::sip_call_id, leg);
  if (name == "Unhold" || event.get("ChannelState") == answered_state)
    ask(request::kind::media, leg);
}

void questions::listed(const std::vector<std::string>& legs) {
  for (const auto& each : legs) {
    if (wants_call_id(each))
      ask(request::kind::sip_call_id, each);
    const auto* const call = graph_.call_of(each);
    const auto is_owner = call && call->owner == each;
    if (call && call->state == call_state::connected
        && (is_owner ? call->caller_media : call->callee_media).empty())
      ask(request::kind::media, each);
  }
}

bool questions::wants_call_id(std::string_view leg) const {
  const auto* const call = graph_.call_of(leg);
  return call && call->owner == leg && call->sip_call_id.empty();
}

void questions::ask(request::kind what, std::string_view leg) {
  if (!is_addressable(leg) || !graph_.has_leg(leg))
    return;
  if (waiting_.size() >= most_) {
    ++lost_;
    return;
  }
  waiting_.push_back({what, std::string{leg}});
}

/// Much may have happened while it has waited.
bool questions::makes_sense(const request& asked) const {
  return asked.what == request::kind::sip_call_id ? wants_call_id(asked.leg) : graph_.has_leg(asked.leg);
}

std::optional<request> questions::next() {
  while (!waiting_.empty()) {
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    if (makes_sense(first))
      return first;
  }
  return std::nullopt;
}

} // namespace rollcall::asterisk
