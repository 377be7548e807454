#pragma once

#include <cstddef>
#include <cstdint>

namespace rollcall {

/// What of a call is text.
enum class call_text : std::uint8_t {
  id,          ///< the API's `ID`: `<switch>:<id>`
  sip_call_id, ///< RFC 3261 Call-ID
  cli,
  cld,
  caller_media_ip,
  callee_media_ip,
  direction,
  account_name, ///< the `username` the switch gave, empty when it gave a number
};

constexpr std::size_t call_text_count = 8;

} // namespace rollcall
