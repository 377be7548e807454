#include "transport/net/host_port.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>
#include <cstdint>
#include <system_error>

namespace rollcall::net {

std::optional<host_port> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  const auto bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  if (host.find_first_of(bracketed ? "[]/ " : ":[]/ ") != host.npos)
    return std::nullopt;
  std::uint16_t number = 0;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (host.empty() || port.empty() || failed != std::errc{} || end != port.data() + port.size())
    return std::nullopt;
  return host_port{std::string{host}, std::string{port}};
}

std::string to_string(const host_port& at) {
  return at.host.find(':') == std::string::npos ? at.host + ':' + at.port : '[' + at.host + "]:" + at.port;
}

bool is_loopback(const host_port& at) {
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(at.host, ec);
  return ec ? at.host == "localhost" : address.is_loopback();
}

} // namespace rollcall::net
