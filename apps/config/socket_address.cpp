#include "apps/config/socket_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <stdexcept>

namespace rollcall {

namespace {

constexpr std::size_t host_name_limit = 253; // RFC 1035, 2.3.4, without the final dot

[[noreturn]] void refuse(const std::string& reason) {
  throw std::invalid_argument{reason + "; an address looks like 10.0.0.1:80, [::1]:80 or host:80"};
}

bool is_v6(const std::string& host) {
  in6_addr parsed{};
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

bool is_v4(const std::string& host) {
  in_addr parsed{};
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool is_host_name(std::string_view host) {
  const auto fits = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
           || c == '_';
  };
  // Digits and dots alone were meant as an address.
  return !host.empty() && host.size() <= host_name_limit && std::all_of(host.begin(), host.end(), fits)
         && host.find_first_not_of("0123456789.") != std::string_view::npos;
}

std::uint16_t parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size())
    refuse('\'' + std::string{text} + "' is not a port from 0 to 65535");
  return port;
}

} // namespace

socket_address parse_socket_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    refuse('\'' + std::string{text} + "' has no port");
  const auto written = text.substr(0, colon);
  const bool bracketed = written.size() > 2 && written.front() == '[' && written.back() == ']';
  std::string host{bracketed ? written.substr(1, written.size() - 2) : written};
  if (bracketed ? !is_v6(host) : !is_v4(host) && !is_host_name(host))
    refuse('\'' + std::string{written} + "' is not a host");
  return {std::move(host), parse_port(text.substr(colon + 1))};
}

std::string to_string(const socket_address& address) {
  const auto port = std::to_string(address.port);
  return is_v6(address.host) ? '[' + address.host + "]:" + port : address.host + ':' + port;
}

bool is_loopback(const socket_address& address) {
  if (is_v4(address.host))
    return address.host.starts_with("127.");
  in6_addr parsed{};
  if (inet_pton(AF_INET6, address.host.c_str(), &parsed) == 1)
    return IN6_IS_ADDR_LOOPBACK(&parsed);
  return address.host == "localhost";
}

} // namespace rollcall
