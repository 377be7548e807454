#include "transport/switches/common/line_splitter.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rollcall::switches {

line_splitter::line_splitter(std::size_t line_limit) : line_limit_(line_limit), bytes_(2 * line_limit + 2) {}

std::span<char> line_splitter::space() {
  std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
            bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
  scanned_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
  return std::span{bytes_}.subspan(end_);
}

void line_splitter::added(std::size_t count) { end_ += count; }

line_splitter::found line_splitter::next(std::string_view& line) {
  while (true) {
    const char* const data = bytes_.data();
    const void* const newline = std::memchr(data + scanned_, '\n', end_ - scanned_);
    if (!newline) {
      scanned_ = end_;
      if (skipping_)
        begin_ = end_;
      // One more byte may be the `\r` of the line's end.
      if (skipping_ || end_ - begin_ <= line_limit_ + 1)
        return found::none;
      begin_ = end_;
      skipping_ = true;
      return found::too_long;
    }
    const auto at = static_cast<std::size_t>(static_cast<const char*>(newline) - data);
    line = {data + begin_, at - begin_};
    begin_ = scanned_ = at + 1;
    if (std::exchange(skipping_, false))
      continue;
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    return line.size() <= line_limit_ ? found::line : found::too_long;
  }
}

} // namespace rollcall::switches
