#include "apps/rollcall/node_line.hpp"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace rollcall::cli {

namespace {

using kind = node_line::kind;

constexpr std::array<std::pair<std::string_view, kind>, 7> kinds = {{{"disconnect", kind::disconnect},
                                                                     {"pong", kind::pong},
                                                                     {"welcome", kind::welcome},
                                                                     {"resync", kind::resync},
                                                                     {"warning", kind::warning},
                                                                     {"error", kind::error},
                                                                     {"ping", kind::ping}}};

// The field that stands in node_line::id.
std::string_view id_field(kind what) {
  return what == kind::welcome ? "node_id" : what == kind::error ? "code" : "id";
}

std::string text_of(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

} // namespace

node_line parse_node_line(std::string_view line) {
  boost::json::error_code ec;
  const auto value = boost::json::parse(line, ec);
  const auto* object = ec ? nullptr : value.if_object();
  if (!object)
    return {kind::bad, {}, "not a JSON object"};
  const auto type = text_of(*object, "type");
  for (const auto& [name, what] : kinds)
    if (name == type)
      return {what, text_of(*object, id_field(what)), text_of(*object, "message")};
  return {kind::bad, {}, "unknown type '" + type + "'"};
}

} // namespace rollcall::cli
