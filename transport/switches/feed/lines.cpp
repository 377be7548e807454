#include "transport/switches/feed/lines.hpp"

#include "transport/switches/common/line_parser.hpp"
#include "transport/switches/common/quoted.hpp"

namespace rollcall::feed {

namespace {

/// Bytes of a message to the switch: it explains, it does not carry data.
constexpr std::size_t message_bytes = 1024;

/// Appends `text` as a JSON string. It must be clean but for line ends and tabs.
void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out.append("\\u00").append({hex[byte >> 4], hex[byte & 0xF]});
      continue;
    }
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  out += '"';
}

} // namespace

std::string welcome_line(std::string_view node) {
  auto line =
      R"({"type":"welcome","version":)" + std::to_string(switches::protocol_version) + R"(,"node_id":)";
  append_string(line, node);
  return line += "}\n";
}

std::string error_line(std::string_view code, std::string_view message) {
  std::string line = R"({"type":"error","code":)";
  append_string(line, code);
  line += R"(,"message":)";
  append_string(line, switches::one_line(message, message_bytes));
  return line += "}\n";
}

std::string disconnect_line(std::string_view id) {
  std::string line = R"({"type":"disconnect","id":)";
  append_string(line, id);
  return line += "}\n";
}

std::string disconnect_line(std::string_view id, std::string_view reason) {
  auto line = disconnect_line(id);
  line.resize(line.size() - 2); // without the brace and the end of the line
  line += R"(,"reason":)";
  append_string(line, reason);
  return line += "}\n";
}

std::string resync_line() {
  return R"({"type":"resync"})"
         "\n";
}

std::string ping_line() {
  return R"({"type":"ping"})"
         "\n";
}

std::string pong_line() {
  return R"({"type":"pong"})"
         "\n";
}

std::string move_line(const std::vector<std::string>& nodes) {
  std::string line = R"({"type":"move","nodes":[)";
  for (const auto& node : nodes) {
    if (&node != &nodes.front())
      line += ',';
    append_string(line, switches::one_line(node, message_bytes));
  }
  return line += "]}\n";
}

std::string warning_line(std::string_view message) {
  std::string line = R"({"type":"warning","message":)";
  append_string(line, switches::one_line(message, message_bytes));
  return line += "}\n";
}

} // namespace rollcall::feed
