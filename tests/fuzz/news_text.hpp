#pragma once

#include "domain/calls/switch_news.hpp"

#include <string>

namespace rollcall::fuzz {

/// All that an event says, for comparing.
inline std::string text_of(const call_event& said) {
  std::string out = "call " + said.id + ' ' + std::string{to_string(said.state)};
  const auto moment = [&out](const std::optional<timestamp>& at) {
    out += at ? ' ' + std::to_string(at->time_since_epoch().count()) : std::string{" -"};
  };
  moment(said.ended);
  moment(said.setup);
  moment(said.connect);
  out += said.account ? ' ' + std::to_string(said.account->value()) : std::string{" -"};
  out += said.connection ? ' ' + std::to_string(said.connection->value()) : std::string{" -"};
  said.texts.each([&out](call_text which, std::string_view text) {
    (out += ' ') += std::to_string(static_cast<int>(which));
    (out += '=') += text;
  });
  return out + '\n';
}

inline std::string text_of(const switch_news& news) {
  std::string out;
  for (const auto& item : news) {
    out += std::to_string(item.index()) + ' ';
    if (const auto* call = std::get_if<call_event>(&item))
      out += text_of(*call);
    else if (const auto* refused = std::get_if<refusal>(&item))
      out += refused->id + ' ' + refused->message + '\n';
    else if (const auto* line = std::get_if<malformed_event>(&item))
      out += line->call + ' ' + line->reason + '\n';
    else if (const auto* field = std::get_if<malformed_field>(&item))
      out += field->reason + '\n';
    else
      out += '\n';
  }
  return out;
}

} // namespace rollcall::fuzz
