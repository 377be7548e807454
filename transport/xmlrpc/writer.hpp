#pragma once

#include "domain/base/digits.hpp"
#include "transport/xmlrpc/fault.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace rollcall::xmlrpc {

// The layout is that of Python's xmlrpc.client, to the byte: `<int>` for every integer, `<string>` always
// written out, each value, member and container on lines of its own.

/// What stands before and after the value of an answer.
constexpr std::string_view response_head = "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n";
constexpr std::string_view response_foot = "</param>\n</params>\n</methodResponse>\n";

/// What stands before and after the values of an array that is itself a value.
constexpr std::string_view array_head = "<value><array><data>\n";
constexpr std::string_view array_foot = "</data></array></value>\n";

constexpr std::string_view struct_head = "<value><struct>\n";
constexpr std::string_view struct_foot = "</struct></value>\n";

/// An id as an `<int>` can tell it: 32 bits, whatever the number's own width. One that is outside of what ids
/// may be is told like one that is not known, for a clamped one would name somebody else.
constexpr std::int64_t shown_id(std::int64_t id) {
  return id > 0 && id <= std::numeric_limits<std::int32_t>::max() ? id : 0;
}

/// Appends `text` with what XML cannot hold as it is replaced (escape.hpp), and characters above U+FFFF
/// unless `full_unicode`. `text` must be clean (domain/base/text.hpp).
void append_escaped(std::string& out, std::string_view text, bool full_unicode = false);

/// Appends the digits of `number`.
void append_integer(std::string& out, std::int64_t number);

/// Appends seconds in fixed notation with six decimals.
void append_seconds(std::string& out, std::chrono::microseconds length);

/// The same to where `out` points, max_seconds bytes at most; returns where they end.
char* write_seconds(char* out, std::chrono::microseconds length);

/// The longest seconds.
constexpr std::size_t max_seconds = max_digits + 1 + 6;

/// Writes values, one after the other, to the end of a string. Opening and closing is the caller's: every
/// begin_ needs its end_, and inside a struct each value follows its name().
class writer {
public:
  /// Characters above U+FFFF are replaced unless `full_unicode`.
  explicit writer(std::string& out, bool full_unicode = false) : out_(out), full_unicode_(full_unicode) {}

  /// A number beyond 32 bits is told as the nearest that they hold: many clients refuse a whole answer for a
  /// wider one.
  writer& integer(std::int64_t number);
  writer& boolean(bool truth);
  writer& seconds(std::chrono::microseconds length);
  /// A number that is not whole, in fixed notation with six decimals.
  writer& decimal(std::int64_t millionths);
  writer& text(std::string_view clean);

  writer& begin_array() { return raw(array_head); }
  writer& end_array() { return raw(array_foot); }
  writer& begin_struct() { return raw(struct_head); }
  writer& end_struct() { return raw(struct_foot); }

  /// A member of a struct: its name, then exactly one value, then end_member().
  writer& begin_member(std::string_view name);
  writer& end_member() { return raw("</member>\n"); }

  /// faultCode and faultString as a struct: what an answer holds, and a part of a system.multicall.
  writer& fault_value(const fault& reason);

private:
  writer& raw(std::string_view text) {
    out_ += text;
    return *this;
  }

  std::string& out_;
  bool full_unicode_;
};

/// The whole answer that tells of a fault.
std::string fault_response(const fault& reason, bool full_unicode = false);

} // namespace rollcall::xmlrpc
