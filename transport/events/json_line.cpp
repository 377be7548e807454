#include "transport/events/json_line.hpp"

#include "transport/xmlrpc/escape.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <array>

namespace rollcall::events {

namespace {

constexpr unsigned char first_printable = 0x20;

/// Clean text has no control characters but those that XML can hold: tab, line feed, carriage return.
bool is_plain(char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= first_printable; }

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
  case '"':
  case '\\':
    out += '\\';
    out += c;
    return;
  default:
    out += "\\u00";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 0xF];
  }
}

} // namespace

json_line& json_line::name(std::string_view member) {
  if (!first_)
    out_ += ',';
  first_ = false;
  out_ += '"';
  out_ += member;
  out_ += "\":";
  return *this;
}

json_line& json_line::text(std::string_view member, std::string_view held) {
  name(member);
  value(held);
  return *this;
}

void json_line::value(std::string_view text) {
  out_ += '"';
  std::size_t told = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto astral = full_unicode_ ? 0 : xmlrpc::astral_size(text, i);
    if (is_plain(text[i]) && astral == 0) {
      ++i;
      continue;
    }
    out_ += text.substr(told, i - told);
    if (astral != 0)
      out_ += xmlrpc::astral_replacement;
    else
      append_escape(out_, text[i]);
    i += astral != 0 ? astral : 1;
    told = i;
  }
  out_ += text.substr(told);
  out_ += '"';
}

json_line& json_line::integer(std::string_view member, std::int64_t number) {
  name(member);
  xmlrpc::append_integer(out_, number);
  return *this;
}

json_line& json_line::boolean(std::string_view member, bool truth) {
  return raw(member, truth ? "true" : "false");
}

json_line& json_line::seconds(std::string_view member, std::chrono::microseconds length) {
  name(member);
  xmlrpc::append_seconds(out_, length);
  return *this;
}

json_line& json_line::raw(std::string_view member, std::string_view json) {
  name(member);
  out_ += json;
  return *this;
}

} // namespace rollcall::events
