#include "transport/switches/kamailio/netstring.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace rollcall::kamailio {

namespace {

/// Digits of the longest length that is looked at.
constexpr std::size_t length_digits = 10;

/// An empty buffer above this size is given back: a list of all dialogs comes rarely.
constexpr std::size_t kept_bytes = 1024 * 1024;

} // namespace

void append_netstring(std::string& out, std::string_view payload) {
  out += std::to_string(payload.size());
  out += ':';
  out += payload;
  out += ',';
}

std::span<char> netstring_splitter::space(std::size_t size) {
  if (begin_ == filled_) {
    begin_ = filled_ = 0;
    if (bytes_.size() > kept_bytes)
      bytes_ = {};
  }
  if (bytes_.size() - filled_ < size && begin_ > 0) {
    std::memmove(bytes_.data(), bytes_.data() + begin_, filled_ - begin_);
    filled_ -= begin_;
    begin_ = 0;
  }
  if (bytes_.size() - filled_ < size)
    bytes_.resize(std::max(filled_ + size, bytes_.size() * 2));
  return {bytes_.data() + filled_, bytes_.size() - filled_};
}

netstring_splitter::found netstring_splitter::read_length() {
  const auto* const from = bytes_.data() + begin_;
  const auto there = std::min(filled_ - begin_, length_digits + 1);
  const auto digits = static_cast<std::size_t>(
      std::find_if(from, from + there, [](char c) { return c < '0' || c > '9'; }) - from);
  if (digits == there && there <= length_digits)
    return digits > 1 && *from == '0' ? found::broken : found::none;
  if (digits == 0 || digits > length_digits || from[digits] != ':' || (digits > 1 && *from == '0'))
    return found::broken;
  std::from_chars(from, from + digits, length_);
  if (length_ > bound_)
    return found::broken;
  begin_ += digits + 1;
  length_known_ = true;
  return found::payload;
}

netstring_splitter::found netstring_splitter::next(std::string_view& payload) {
  if (!broken_ && !length_known_) {
    const auto length = read_length();
    if (length == found::none)
      return found::none;
    broken_ = length == found::broken;
  }
  if (broken_)
    return found::broken;
  if (filled_ - begin_ <= length_)
    return found::none;
  payload = {bytes_.data() + begin_, length_};
  begin_ += length_;
  broken_ = bytes_[begin_++] != ',';
  length_known_ = false;
  return broken_ ? found::broken : found::payload;
}

} // namespace rollcall::kamailio
