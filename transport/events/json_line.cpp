#include "transport/events/json_line.hpp"

#include "transport/events/json_escape.hpp"
#include "transport/xmlrpc/writer.hpp"

namespace rollcall::events {

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
  if (may_need_json_escape(text))
    escape_json(text, full_unicode_, [this](std::string_view piece) { out_ += piece; });
  else
    out_ += text;
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
