#pragma once

#include "transport/net/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace rollcall::testing {

/// Takes TLS connections on a free port, and passes on what is in them to a plain port of this machine.
class tls_front {
public:
  tls_front(std::uint16_t to, const net::tls_files& shown) : to_(to) {
    show(shown);
    do_accept();
    thread_ = std::thread{[this] { io_.run(); }};
  }
  ~tls_front() {
    io_.stop();
    thread_.join();
  }
  tls_front(const tls_front&) = delete;
  tls_front& operator=(const tls_front&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// The certificate from the next connection on.
  void show(const net::tls_files& shown) {
    const std::lock_guard lock{mutex_};
    shown_ = net::make_tls_context({shown.certificate, shown.key, {}});
  }

  /// The host that the last client said it meant.
  std::string meant() const {
    const std::lock_guard lock{mutex_};
    return meant_;
  }

private:
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;
  using buffer = std::array<char, 16 * 1024>;

  struct passage {
    passage(tcp::socket from, net::tls_context with)
        : context(std::move(with)), inner(from.get_executor()), outer(std::move(from), *context) {}
    void close() {
      error_code ignored;
      inner.close(ignored);
      outer.lowest_layer().close(ignored);
    }
    net::tls_context context;
    tcp::socket inner;
    boost::asio::ssl::stream<tcp::socket> outer;
    buffer inwards{};
    buffer outwards{};
  };
  using passage_ptr = std::shared_ptr<passage>;

  void do_accept() {
    acceptor_.async_accept([this](error_code ec, tcp::socket from) {
      if (ec)
        return;
      const std::lock_guard lock{mutex_};
      const auto made = std::make_shared<passage>(std::move(from), shown_);
      made->outer.async_handshake(boost::asio::ssl::stream_base::server,
                                  [this, made](error_code failed) { on_handshake(failed, made); });
      do_accept();
    });
  }

  void on_handshake(error_code failed, const passage_ptr& made) {
    if (failed)
      return made->close();
    {
      const std::lock_guard lock{mutex_};
      const auto* name = SSL_get_servername(made->outer.native_handle(), TLSEXT_NAMETYPE_host_name);
      meant_ = name ? name : "";
    }
    error_code refused;
    made->inner.connect({boost::asio::ip::address_v4::loopback(), to_}, refused);
    if (refused)
      return made->close();
    pass(made, made->outer, made->inner, made->inwards);
    pass(made, made->inner, made->outer, made->outwards);
  }

  template <class From, class To>
  static void pass(const passage_ptr& made, From& from, To& to, buffer& by) {
    from.async_read_some(boost::asio::buffer(by), [made, &from, &to, &by](error_code ec, std::size_t size) {
      if (ec)
        return made->close();
      boost::asio::async_write(to, boost::asio::buffer(by, size),
                               [made, &from, &to, &by](error_code failed, std::size_t) {
                                 if (failed)
                                   return made->close();
                                 pass(made, from, to, by);
                               });
    });
  }

  const std::uint16_t to_;
  mutable std::mutex mutex_;
  net::tls_context shown_;
  std::string meant_;
  boost::asio::io_context io_;
  tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

} // namespace rollcall::testing
