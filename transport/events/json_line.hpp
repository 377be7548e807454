#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall::events {

/// Appends a JSON object, member by member, to the end of a string. Names are plain ASCII, texts clean
/// (domain/base/text.hpp). Closing is the caller's. Written for the path of every event: nothing is built.
class json_line {
public:
  /// Characters above U+FFFF are replaced unless `full_unicode`, as in lists.
  json_line(std::string& out, bool full_unicode) : out_(out), full_unicode_(full_unicode) {}

  json_line& begin() {
    out_ += '{';
    first_ = true;
    return *this;
  }
  json_line& end() {
    out_ += '}';
    first_ = false;
    return *this;
  }

  json_line& name(std::string_view member);
  json_line& text(std::string_view member, std::string_view held);
  json_line& integer(std::string_view member, std::int64_t number);
  json_line& boolean(std::string_view member, bool truth);
  json_line& seconds(std::string_view member, std::chrono::microseconds length);

  /// A value that is JSON already.
  json_line& raw(std::string_view member, std::string_view json);

  void value(std::string_view text);

private:
  std::string& out_;
  bool full_unicode_;
  bool first_ = true;
};

} // namespace rollcall::events
