/// The floor of HTTP: a server of Boost.Beast and Asio that does nothing but HTTP.
///
/// It answers every request from memory: /body with --body-bytes, any other target with --page-bytes. As
/// Beast's own examples it has a strand, a fresh parser, a body limit and a deadline for each request; as our
/// transport it runs one io_context on two threads. There is no login, no XML, and nobody to ask.

#include <CLI/CLI.hpp>
#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using error_code = beast::error_code;

constexpr std::chrono::seconds patience{30};
constexpr std::uint64_t body_limit = 1 << 20; // bytes of a request

/// What is answered, prepared once. Lives as long as the process.
struct answers {
  std::string page;
  std::string body;
};

/// One connection: reads a request, answers it, and goes on until the client has had enough.
class session : public std::enable_shared_from_this<session> {
public:
  session(tcp::socket connected, const answers& prepared)
      : stream_(std::move(connected)), answers_(prepared) {}

  void run() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->do_read(); });
  }

private:
  void do_read() {
    parser_.emplace();
    parser_->body_limit(body_limit);
    stream_.expires_after(patience);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code ec, std::size_t) { self->on_read(ec); });
  }

  void on_read(error_code ec) {
    if (ec)
      return close();
    const auto& request = parser_->get();
    const auto& text = request.target() == "/body" ? answers_.body : answers_.page;
    answer_ = {http::status::ok, request.version()};
    answer_.set(http::field::server, "beast");
    answer_.set(http::field::content_type, "text/xml");
    answer_.keep_alive(request.keep_alive());
    answer_.body() = {text.data(), text.size()};
    answer_.prepare_payload();
    // One deadline for the whole answer would cut a large one: a floor has none.
    stream_.expires_never();
    http::async_write(stream_, answer_,
                      [self = shared_from_this()](error_code error, std::size_t) { self->on_write(error); });
  }

  void on_write(error_code ec) {
    if (ec || !answer_.keep_alive())
      return close();
    do_read();
  }

  void close() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  const answers& answers_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::span_body<const char>> answer_;
};

/// Accepts for ever.
class listener {
public:
  listener(asio::io_context& io, const answers& prepared)
      : io_(io), acceptor_(io, {asio::ip::address_v4::loopback(), 0}), answers_(prepared) {}

  void run() {
    acceptor_.async_accept(asio::make_strand(io_), [this](error_code ec, tcp::socket connected) {
      if (!ec) {
        connected.set_option(tcp::no_delay(true), ec);
        std::make_shared<session>(std::move(connected), answers_)->run();
      }
      run();
    });
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
  asio::io_context& io_;
  tcp::acceptor acceptor_;
  const answers& answers_;
};

} // namespace

int main(int argc, char** argv) {
  std::size_t page_bytes = 800;
  std::size_t body_bytes = 0;
  CLI::App app{"An HTTP server of Boost.Beast that answers from memory"};
  app.add_option("--page-bytes", page_bytes, "Size of every answer but that of /body")->capture_default_str();
  app.add_option("--body-bytes", body_bytes, "Size of the answer of /body")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const answers prepared{std::string(page_bytes, 'x'), std::string(body_bytes, 'x')};
  asio::io_context io{2};
  listener door{io, prepared};
  door.run();
  std::printf("ready %u\n", door.port());
  std::fflush(stdout);
  std::thread other{[&io] { io.run(); }};
  io.run();
  other.join();
}
