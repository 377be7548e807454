#include "transport/switches/common/quoted.hpp"

#include "domain/base/text.hpp"

namespace rollcall::switches {

namespace {

/// Enough to recognise a value by.
constexpr std::size_t quoted_bytes = 40;

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

} // namespace

std::string one_line(std::string_view text, std::size_t bytes) {
  std::string out;
  auto head = text.substr(0, bytes);
  const bool cut = head.size() < text.size();
  // A character that was cut in two must not look broken.
  if (cut && is_continuation(text[bytes]))
    while (!head.empty() && is_continuation(head.back()))
      head.remove_suffix(1);
  if (cut && is_continuation(text[bytes]) && !head.empty())
    head.remove_suffix(1);
  for (const char c : cleaned(head)) {
    constexpr char del = 0x7F;
    if (static_cast<unsigned char>(c) < ' ' || c == del)
      out += replacement;
    else
      out += c;
  }
  return cut ? out.append(ellipsis) : out;
}

std::string quoted(std::string_view text) { return '\'' + one_line(text, quoted_bytes) + '\''; }

} // namespace rollcall::switches
