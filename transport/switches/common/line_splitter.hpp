#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace rollcall::switches {

/// Cuts a stream of bytes into lines at each `\n`. Its memory is fixed, two reads' worth: of a line that is
/// too long only the fact is told, once, and the rest is skipped up to the next `\n`.
///
///     fill space() ──► added(n) ──► next() … until none ──► fill space() …
class line_splitter {
public:
  enum class found : std::uint8_t {
    none,     ///< what is left is the beginning of a line, or nothing
    line,     ///< without its `\n`, and without a `\r` before that
    too_long, ///< a line of more than `line_limit` bytes went by
  };

  explicit line_splitter(std::size_t line_limit);

  /// Where the next bytes go: at least `line_limit` of them fit. Lines handed out before are gone then.
  std::span<char> space();

  /// `count` bytes have been put at the front of space().
  void added(std::size_t count);

  /// The next line. The text stays where it is until space() is called.
  found next(std::string_view& line);

private:
  std::size_t line_limit_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;   ///< of what has not been handed out
  std::size_t scanned_ = 0; ///< no `\n` between begin_ and here
  std::size_t end_ = 0;     ///< of what has been added
  bool skipping_ = false;   ///< until the end of a line that is too long
};

} // namespace rollcall::switches
