#include "transport/xmlrpc/writer.hpp"

#include "domain/base/text.hpp"
#include "transport/xmlrpc/escape.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace rollcall::xmlrpc {

namespace {

constexpr std::string_view fault_head = "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n";
constexpr std::string_view fault_foot = "</fault>\n</methodResponse>\n";

constexpr std::int64_t micros_per_second = 1'000'000;

} // namespace

void append_escaped(std::string& out, std::string_view text, bool full_unicode) {
  escape(text, full_unicode, [&out](std::string_view piece) { out += piece; });
}

void append_integer(std::string& out, std::int64_t number) {
  std::array<char, max_digits> digits;
  out.append(digits.data(), write_integer(digits.data(), number));
}

char* write_seconds(char* out, std::chrono::microseconds length) {
  const auto micros = length.count();
  if (micros < 0)
    *out++ = '-';
  // Divided before the sign is dropped: the most negative number has no positive counterpart.
  const auto whole = std::abs(micros / micros_per_second);
  const auto rest = static_cast<std::uint32_t>(std::abs(micros % micros_per_second));
  out = write_integer(out, whole);
  *out++ = '.';
  return write_pair(write_pair(write_pair(out, rest / 10'000), rest / 100 % 100), rest % 100);
}

void append_seconds(std::string& out, std::chrono::microseconds length) {
  std::array<char, max_seconds> text;
  out.append(text.data(), write_seconds(text.data(), length));
}

writer& writer::integer(std::int64_t number) {
  using width = std::numeric_limits<std::int32_t>;
  raw("<value><int>");
  append_integer(out_, std::clamp<std::int64_t>(number, width::min(), width::max()));
  return raw("</int></value>\n");
}

writer& writer::boolean(bool truth) {
  return raw(truth ? "<value><boolean>1</boolean></value>\n" : "<value><boolean>0</boolean></value>\n");
}

writer& writer::seconds(std::chrono::microseconds length) {
  raw("<value><double>");
  append_seconds(out_, length);
  return raw("</double></value>\n");
}

writer& writer::decimal(std::int64_t millionths) { return seconds(std::chrono::microseconds{millionths}); }

writer& writer::text(std::string_view clean) {
  raw("<value><string>");
  append_escaped(out_, clean, full_unicode_);
  return raw("</string></value>\n");
}

writer& writer::begin_member(std::string_view name) {
  raw("<member>\n<name>");
  append_escaped(out_, name, full_unicode_);
  return raw("</name>\n");
}

writer& writer::fault_value(const fault& reason) {
  begin_struct();
  begin_member("faultCode").integer(static_cast<std::int32_t>(reason.code)).end_member();
  begin_member("faultString").text(cleaned(reason.text)).end_member();
  return end_struct();
}

std::string fault_response(const fault& reason, bool full_unicode) {
  std::string out{fault_head};
  writer{out, full_unicode}.fault_value(reason);
  out += fault_foot;
  return out;
}

} // namespace rollcall::xmlrpc
