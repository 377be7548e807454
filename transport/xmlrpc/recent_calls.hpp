#pragma once

#include "transport/xmlrpc/decode.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace rollcall::xmlrpc {

/// Decodes requests, and remembers what the last few of them said: tools that poll send the same document
/// again and again, and to parse one takes a quarter of what answering it does. One thread.
class recent_calls {
public:
  /// As decode(). What is a fault, or long, is not remembered.
  or_fault<method_call> decode(std::string_view body);

private:
  static constexpr std::size_t most_bytes = 2048; ///< of a body that is remembered

  struct entry {
    std::string body; ///< empty for none
    method_call said;
  };

  std::array<entry, 16> entries_;
  std::size_t oldest_ = 0;
};

} // namespace rollcall::xmlrpc
