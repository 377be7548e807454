#include "transport/net/listener.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <chrono>
#include <system_error>
#include <utility>

namespace rollcall::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

/// What makes accept fail (no descriptors, no memory) does not pass at once, and a busy loop would not help
/// it.
constexpr std::chrono::milliseconds accept_pause{100};

[[noreturn]] void refuse(const std::string& address, std::error_code ec) {
  throw std::system_error(ec, "'" + address + "'");
}

[[noreturn]] void refuse(const std::string& address) {
  refuse(address, std::make_error_code(std::errc::invalid_argument));
}

} // namespace

tcp::endpoint parse_endpoint(asio::io_context& io, const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()
      || address.find_first_not_of("0123456789", colon + 1) != std::string::npos)
    refuse(address);
  auto host = address.substr(0, colon);
  const auto port = address.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string::npos)
    refuse(address);
  if (port.size() > 5 || std::stoul(port) > UINT16_MAX)
    refuse(address);

  boost::system::error_code ec;
  tcp::resolver resolver{io};
  const auto found =
      resolver.resolve(host, port, tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  if (ec)
    refuse(address, ec);
  return found.begin()->endpoint();
}

listener::listener(asio::io_context& io, const std::string& address, events tell)
    : io_(io), acceptor_(io), pause_(io), tell_(std::move(tell)) {
  const auto endpoint = parse_endpoint(io, address);
  try {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    if (endpoint.address().is_v6())
      acceptor_.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()));
    acceptor_.bind(endpoint);
    acceptor_.listen();
  } catch (const boost::system::system_error& e) {
    refuse(address, e.code());
  }
}

void listener::run() { do_accept(); }

void listener::stop() {
  const std::lock_guard lock{mutex_};
  channel::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

std::uint16_t listener::port() const { return acceptor_.local_endpoint().port(); }

void listener::do_accept() {
  const std::lock_guard lock{mutex_};
  if (!acceptor_.is_open())
    return;
  acceptor_.async_accept(asio::make_strand(io_),
                         [self = shared_from_this()](channel::error_code ec, channel::socket connected) {
                           self->on_accept(ec, std::move(connected));
                         });
}

void listener::on_accept(const channel::error_code& ec, channel::socket connected) {
  if (ec == asio::error::operation_aborted)
    return;
  if (ec) {
    tell_.failed(failures_.line(std::chrono::steady_clock::now(),
                                [&] { return "cannot accept a connection: " + ec.message(); }));
    return do_pause();
  }
  tell_.connected(std::move(connected));
  do_accept();
}

void listener::do_pause() {
  const std::lock_guard lock{mutex_};
  pause_.expires_after(accept_pause);
  pause_.async_wait([self = shared_from_this()](channel::error_code) { self->do_accept(); });
}

} // namespace rollcall::net
