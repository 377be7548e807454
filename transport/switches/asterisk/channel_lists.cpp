#include "transport/switches/asterisk/channel_lists.hpp"

#include "transport/switches/asterisk/ami_grammar.hpp"
#include "transport/switches/asterisk/ami_values.hpp"
#include "transport/switches/common/quoted.hpp"

#include <utility>

namespace rollcall::asterisk {

namespace {

constexpr std::size_t list_error_bytes = 200;

} // namespace

void channel_lists::begin(timestamp unheard_before, bool first) {
  state_ = state::running;
  first_ = first;
  still_new_.clear();
  bridges_ = {};
  channels_ = {};
  unheard_before_ = unheard_before;
  unheard_ = 0;
  pjsip_.clear();
  why_.clear();
}

void channel_lists::fail(std::string why) {
  if (state_ != state::running)
    return;
  state_ = state::failed;
  why_ = std::move(why);
}

void channel_lists::end() {
  state_ = state::none;
  new_ = std::exchange(still_new_, {});
}

void channel_lists::heard(std::string_view id) {
  if (!new_.empty())
    new_.erase(std::string{id});
}

/// What is neither an item nor the end: the beginning, or a refusal.
void channel_lists::take(list& of, const ami_event& message, std::string_view complete) {
  if (message.get("Event") == complete) {
    of.complete = true;
    const auto said = message.get("ListItems");
    if (said != std::to_string(of.items))
      return fail("a list of " + std::to_string(of.items) + " items ends with the number "
                  + switches::quoted(said));
  } else if (message.get("Response") == "Error") {
    return fail("Asterisk refuses: " + switches::one_line(message.get("Message"), list_error_bytes));
  }
  if (bridges_.complete && channels_.complete && state_ == state::running)
    state_ = state::whole;
}

void channel_lists::take_bridge(const ami_event& message) {
  if (state_ != state::running)
    return;
  if (message.get("Event") != "BridgeListItem")
    return take(bridges_, message, "BridgeListComplete");
  ++bridges_.items;
  events_.listed_bridge(message);
}

void channel_lists::take_channel(const ami_event& message, std::chrono::microseconds ahead) {
  if (state_ != state::running)
    return;
  if (message.get("Event") != "CoreShowChannel")
    return take(channels_, message, "CoreShowChannelsComplete");
  ++channels_.items;
  const auto id = message.get("Uniqueid");
  if (id.empty()
      || !has_whole_channels(message)) // it may be any channel, and no list proves that this is gone
    return fail("a channel that is not told as Asterisk tells it: "
                + switches::one_line(message.get("Channel"), list_error_bytes));
  if (const std::string name{id}; new_.contains(name) || (!first_ && !graph_.has_leg(id))) {
    if (is_leg_id(id) && still_new_.size() < most_)
      still_new_.insert(name);
    const auto since = time_of_id(id);
    unheard_ += since && *since < unheard_before_ ? 1 : 0;
  }
  if (is_leg_id(id) && message.get("Channel").starts_with("PJSIP/") && pjsip_.size() < most_)
    pjsip_.emplace_back(id);
  events_.listed_channel(message, ahead);
}

} // namespace rollcall::asterisk
