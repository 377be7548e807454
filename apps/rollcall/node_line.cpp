#include "apps/rollcall/node_line.hpp"

#include "apps/rollcall/members.hpp"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace rollcall::cli {

namespace {

constexpr std::array<std::pair<std::string_view, node_line::kind>, 7> kinds = {
    {{"disconnect", node_line::kind::disconnect},
     {"pong", node_line::kind::pong},
     {"welcome", node_line::kind::welcome},
     {"resync", node_line::kind::resync},
     {"warning", node_line::kind::warning},
     {"error", node_line::kind::error},
     {"ping", node_line::kind::ping}}};

// The field that stands in node_line::id.
std::string_view id_field(node_line::kind what) {
  return what == node_line::kind::welcome ? "node_id" : what == node_line::kind::error ? "code" : "id";
}

} // namespace

node_line parse_node_line(std::string_view line) {
  boost::json::error_code ec;
  const auto value = boost::json::parse(line, ec);
  const auto* object = ec ? nullptr : value.if_object();
  if (!object)
    return {node_line::kind::bad, {}, "not a JSON object"};
  const auto type = text_of(value, "type");
  for (const auto& [name, what] : kinds)
    if (name == type)
      return {what, text_of(value, id_field(what)), text_of(value, "message")};
  return {node_line::kind::bad, {}, "unknown type '" + type + "'"};
}

} // namespace rollcall::cli
