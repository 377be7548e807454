#include "transport/api/refused_logins.hpp"

#include <cstdio>
#include <utility>

namespace rollcall::api {

namespace {

std::string quoted(std::string_view login) {
  const auto shown = login.substr(0, refused_logins::longest_login);
  std::string out = "\"";
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\') {
      out += c;
      continue;
    }
    char escaped[5];
    std::snprintf(escaped, sizeof escaped, "\\x%02x", static_cast<unsigned>(byte));
    out += escaped;
  }
  return out + (shown.size() < login.size() ? "\"..." : "\"");
}

} // namespace

std::optional<std::string> refused_logins::line(std::string_view login, std::string_view peer, moment now) {
  const std::lock_guard lock{mutex_};
  if (now - second_began_ >= std::chrono::seconds{1}) {
    second_began_ = now;
    lines_ = 0;
  }
  if (lines_ == lines_a_second) {
    ++left_out_;
    return std::nullopt;
  }
  ++lines_;
  auto text = "login " + quoted(login) + " from " + std::string{peer} + " was refused";
  if (const auto left_out = std::exchange(left_out_, 0); left_out > 0)
    text += ", and " + std::to_string(left_out) + " more before it";
  return text;
}

} // namespace rollcall::api
