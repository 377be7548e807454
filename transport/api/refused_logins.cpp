#include "transport/api/refused_logins.hpp"

#include "transport/net/address_key.hpp"

#include <cstdio>

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
  return lines_.line(net::address_key{peer}.text(), now, [&] {
    return "login " + quoted(login) + " from " + std::string{peer} + " was refused";
  });
}

} // namespace rollcall::api
