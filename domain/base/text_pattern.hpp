#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall {

/// What a text has to be: this one exactly, or one that begins with it, ends with it or holds it. As written
/// `*` at the beginning, the end or both stands for anything, and `\*` is the character:
///
///     4411   44*   *99   *77*   \*100#
class text_pattern {
public:
  /// None for a `*` in the middle, which no pattern has.
  static std::optional<text_pattern> parse(std::string_view written);

  bool matches(std::string_view text) const noexcept;

  /// What parse() makes this pattern of.
  std::string written() const;

  friend bool operator==(const text_pattern&, const text_pattern&) = default;

private:
  text_pattern() = default;

  std::string text_;
  bool open_front_ = false; ///< anything may stand before it
  bool open_back_ = false;  ///< and behind it
};

} // namespace rollcall
