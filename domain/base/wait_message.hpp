#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace rollcall {

// A switch whose address has guessed too many secrets has to wait (feed.md: `auth_failed`, as for a wrong
// secret). That its own secret may be right all the same it learns by the message.

inline constexpr std::string_view wait_message_begin =
    "too many wrong secrets came from this address; try again in ";

inline std::string wait_message(std::chrono::seconds wait) {
  return std::string{wait_message_begin} + std::to_string(wait.count()) + " s";
}

/// True when a refusal with this message is not the last word.
inline bool asks_to_wait(std::string_view message) { return message.starts_with(wait_message_begin); }

} // namespace rollcall
