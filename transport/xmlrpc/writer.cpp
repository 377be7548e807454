#include "transport/xmlrpc/writer.hpp"

#include "domain/text.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace rollcall::xmlrpc {

namespace {

constexpr std::string_view fault_head = "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n";
constexpr std::string_view fault_foot = "</fault>\n</methodResponse>\n";

constexpr std::size_t max_digits = std::numeric_limits<std::int64_t>::digits10 + 2; // with the sign
constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::size_t decimals = 6;

/// What stands for a byte; empty for itself.
constexpr std::array<std::string_view, 256> make_escapes() {
  std::array<std::string_view, 256> table{};
  table['&'] = "&amp;";
  table['<'] = "&lt;";
  table['>'] = "&gt;";
  table['\r'] = "&#13;";
  return table;
}

constexpr auto escapes = make_escapes();

std::string_view escape_of(char c) { return escapes[static_cast<unsigned char>(c)]; }

} // namespace

void append_escaped(std::string& out, std::string_view text) {
  std::size_t told = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto escape = escape_of(text[i]);
    if (escape.empty())
      continue;
    out.append(text, told, i - told).append(escape);
    told = i + 1;
  }
  out.append(text, told);
}

void append_integer(std::string& out, std::int64_t number) {
  std::array<char, max_digits> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_seconds(std::string& out, std::chrono::microseconds length) {
  const auto micros = length.count();
  if (micros < 0)
    out += '-';
  // Divided before the sign is dropped: the most negative number has no positive counterpart.
  auto whole = micros / micros_per_second;
  auto rest = micros % micros_per_second;
  whole = whole < 0 ? -whole : whole;
  rest = rest < 0 ? -rest : rest;
  append_integer(out, whole);
  std::array<char, decimals + 1> fraction;
  fraction[0] = '.';
  for (std::size_t i = decimals; i > 0; --i, rest /= 10)
    fraction[i] = static_cast<char>('0' + rest % 10);
  out.append(fraction.data(), fraction.size());
}

writer& writer::integer(std::int64_t number) {
  raw("<value><int>");
  append_integer(out_, number);
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

writer& writer::text(std::string_view clean) {
  raw("<value><string>");
  append_escaped(out_, clean);
  return raw("</string></value>\n");
}

writer& writer::begin_member(std::string_view name) {
  raw("<member>\n<name>");
  append_escaped(out_, name);
  return raw("</name>\n");
}

writer& writer::fault_value(const fault& reason) {
  begin_struct();
  begin_member("faultCode").integer(static_cast<std::int32_t>(reason.code)).end_member();
  begin_member("faultString").text(cleaned(reason.text)).end_member();
  return end_struct();
}

std::string fault_response(const fault& reason) {
  std::string out{fault_head};
  writer{out}.fault_value(reason);
  out += fault_foot;
  return out;
}

} // namespace rollcall::xmlrpc
