#include "transport/switches/asterisk/call_news.hpp"

#include <utility>
#include <variant>

namespace rollcall::asterisk {

namespace {

void say(call_event& event, call_text which, const std::string& text) {
  if (!text.empty())
    event.texts.set(which, text);
}

/// What the script says, or that a carrier was dialled, in the word that the API has for it.
std::string direction_of(const leg_call& call) {
  if (!call.said_direction.empty())
    return call.said_direction;
  return call.to_carrier ? "vendor" : std::string{};
}

} // namespace

call_event event_of(const leg_call& call, const settings& to, timestamp received) {
  call_event event;
  event.id = call.id;
  event.state = call.state;
  event.received = received;
  event.setup = call.setup;
  if (call.connect != timestamp{})
    event.connect = call.connect;
  if (const auto found = to.connections.find(call.connection); found != to.connections.end())
    event.connection = found->second;
  say(event, call_text::sip_call_id, call.sip_call_id);
  say(event, call_text::cli, call.caller);
  say(event, call_text::cld, call.callee);
  say(event, call_text::caller_media_ip, call.caller_media);
  say(event, call_text::callee_media_ip, call.callee_media);
  say(event, call_text::account_name, call.account);
  say(event, call_text::direction, direction_of(call));
  return event;
}

call_event event_of(const call_ended& end, timestamp received) {
  call_event event;
  event.id = end.id;
  event.state = call_state::dead;
  event.received = received;
  event.ended = end.at;
  return event;
}

switch_news news_of(const call_changes& changes, const settings& to, timestamp received) {
  switch_news news;
  news.reserve(changes.size());
  for (const auto& each : changes) {
    if (const auto* began = std::get_if<call_began>(&each))
      news.emplace_back(event_of(began->call, to, received));
    else if (const auto* changed = std::get_if<call_changed>(&each))
      news.emplace_back(event_of(changed->call, to, received));
    else
      news.emplace_back(event_of(std::get<call_ended>(each), received));
  }
  return news;
}

} // namespace rollcall::asterisk
