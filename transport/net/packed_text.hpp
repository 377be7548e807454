#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace rollcall::net {

// Numbers and short texts one behind the other, for what text_seal seals.

/// The longest text that put_text() takes. Names of nodes and switches have 64 bytes at most.
constexpr std::size_t longest_packed_text = 255;

inline void put_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(number >> shift & 0xFF);
}

/// At most longest_packed_text bytes; an empty one ends a list.
inline void put_text(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size());
  out += text;
}

/// Reads them again, in the same order. What was sealed is this cluster's, but perhaps of another version:
/// throws std::runtime_error where it ends too early.
class packed_text {
public:
  explicit packed_text(std::string_view from) : from_(from) {}

  std::string text() { return std::string{take(byte())}; }

  std::size_t byte() { return static_cast<unsigned char>(take(1)[0]); }

  std::uint64_t number() {
    std::uint64_t result = 0;
    for (const char c : take(8))
      result = result << 8 | static_cast<unsigned char>(c);
    return result;
  }

private:
  std::string_view take(std::size_t size) {
    if (from_.size() < size)
      throw std::runtime_error("a token of another version");
    const auto result = from_.substr(0, size);
    from_.remove_prefix(size);
    return result;
  }

  std::string_view from_;
};

} // namespace rollcall::net
