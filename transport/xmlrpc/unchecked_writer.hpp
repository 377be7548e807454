#pragma once

#include "domain/base/digits.hpp"
#include "domain/base/swar.hpp"
#include "domain/base/time.hpp"
#include "transport/xmlrpc/escape.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rollcall::xmlrpc {

/// True when some character of the text has an escape, or may be above U+FFFF: hardly any text has one that
/// is not ASCII.
inline bool may_need_escape(std::string_view text) {
  static_assert(('<' | 2) == '>' && ('>' | 2) == '>', "one look finds both");
  return swar::any(text, [](std::uint64_t word) {
    return swar::equal(word, '&') | swar::equal(word | swar::ones * 2, '>') | swar::equal(word, '\r')
           | swar::not_ascii(word);
  });
}

/// Writes where the caller has made sure that there is room.
class unchecked_writer {
public:
  explicit unchecked_writer(char* at) : at_(at) {}

  template <std::size_t Size>
  void fixed(const std::array<char, Size>& text) {
    std::memcpy(at_, text.data(), Size);
    at_ += Size;
  }

  /// Copies a text that needs no escape. Most are shorter than a call of memcpy is worth: two pieces that may
  /// overlap, of a size that the processor copies in one go.
  void plain(std::string_view value) {
    const auto* const from = value.data();
    const auto size = value.size();
    if (size >= 16) {
      for (std::size_t at = 0; at + 16 < size; at += 16)
        std::memcpy(at_ + at, from + at, 16);
      std::memcpy(at_ + size - 16, from + size - 16, 16);
    } else if (size >= 8) {
      both_ends<8>(from, size);
    } else if (size >= 4) {
      both_ends<4>(from, size);
    } else if (size >= 2) {
      both_ends<2>(from, size);
    } else if (size == 1) {
      *at_ = *from;
    }
    at_ += size;
  }

  void escaped(std::string_view value, bool full_unicode) {
    escape(value, full_unicode, [this](std::string_view piece) { plain(piece); });
  }

  void integer(std::int64_t value) { at_ = write_integer(at_, value); }
  void seconds(std::chrono::microseconds value) { at_ = write_seconds(at_, value); }
  void time(api_time_writer& writer, timestamp value) { at_ = writer.write(at_, value); }
  char* end() const { return at_; }

private:
  template <std::size_t Size>
  void both_ends(const char* from, std::size_t size) {
    std::memcpy(at_, from, Size);
    std::memcpy(at_ + size - Size, from + size - Size, Size);
  }

  char* at_;
};

} // namespace rollcall::xmlrpc
