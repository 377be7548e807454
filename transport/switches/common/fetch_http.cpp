#include "transport/switches/common/fetch.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <string>
#include <utility>
#include <vector>

namespace rollcall::switches {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

/// HTTP/1.1, as Beast writes it.
constexpr int http_version = 11;

//   next ──► resolve ──► connect ──► write ──► read the header ──► read a piece ──► done
//   next ─────────────────────────────────────────────────────────► read a piece ──► done
class http_exchange final : public fetch, public std::enable_shared_from_this<http_exchange> {
public:
  http_exchange(const net::channel::strand& on, http_post&& request, const fetch_limits& bounds)
      : url_(std::move(request.to)), bounds_(bounds), resolver_(on), stream_(on), piece_(piece_bytes) {
    request_.method(http::verb::post);
    request_.target(url_.target);
    request_.version(http_version);
    request_.set(http::field::host, url_.at.host);
    request_.set(http::field::content_type, request.content_type);
    request_.keep_alive(false);
    request_.body() = std::move(request.body);
    request_.prepare_payload();
    parser_.body_limit(boost::none);
  }

  void next(handler done) override {
    done_ = std::move(done);
    if (started_)
      return read_piece();
    started_ = true;
    stream_.expires_after(bounds_.connect);
    // A look-up cannot be timed out; one that hangs is let go by cancel().
    resolver_.async_resolve(
        url_.at.host, url_.at.port, tcp::resolver::numeric_service,
        [self = shared_from_this()](error_code ec, const auto& found) { self->on_resolve(ec, found); });
  }

  void cancel() override {
    done_ = nullptr;
    resolver_.cancel();
    stream_.close();
  }

private:
  void on_resolve(error_code ec, const tcp::resolver::results_type& found) {
    if (ec || !done_)
      return fail("look-up of " + url_.at.host, ec);
    stream_.expires_after(bounds_.connect);
    stream_.async_connect(
        found, [self = shared_from_this()](error_code failed, const auto&) { self->on_connect(failed); });
  }

  void on_connect(error_code ec) {
    if (ec || !done_)
      return fail("connect", ec);
    stream_.expires_after(bounds_.answer);
    http::async_write(stream_, request_, [self = shared_from_this()](error_code failed, std::size_t) {
      self->on_write(failed);
    });
  }

  void on_write(error_code ec) {
    if (ec || !done_)
      return fail("request", ec);
    http::async_read_header(
        stream_, buffer_, parser_,
        [self = shared_from_this()](error_code failed, std::size_t) { self->on_header(failed); });
  }

  void on_header(error_code ec) {
    if (ec || !done_)
      return fail("answer", ec);
    // With a JSON-RPC error in its body, to what is refused.
    const auto status = parser_.get().result();
    if (status != http::status::ok && status != http::status::internal_server_error)
      return finish("answer: HTTP status " + std::to_string(parser_.get().result_int()), {});
    read_piece();
  }

  void read_piece() {
    if (parser_.is_done())
      return asio::post(stream_.get_executor(), [self = shared_from_this()] { self->finish({}, {}); });
    parser_.get().body().data = piece_.data();
    parser_.get().body().size = piece_.size();
    stream_.expires_after(bounds_.piece);
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this()](error_code failed, std::size_t) { self->on_piece(failed); });
  }

  void on_piece(error_code ec) {
    if (!done_ || (ec && ec != http::error::need_buffer))
      return fail("answer", ec);
    finish({}, {piece_.data(), piece_.size() - parser_.get().body().size});
  }

  void fail(const std::string& what, error_code ec) { finish(what + ": " + ec.message(), {}); }

  void finish(const std::string& error, std::string_view piece) {
    if (const auto done = std::exchange(done_, nullptr))
      done(error, piece);
  }

  const net::http_url url_;
  const fetch_limits bounds_;
  tcp::resolver resolver_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response_parser<http::buffer_body> parser_;
  std::vector<char> piece_;
  bool started_ = false;
  handler done_;
};

} // namespace

fetch_ptr fetch_http(const net::channel::strand& on, http_post request, const fetch_limits& bounds) {
  return std::make_shared<http_exchange>(on, std::move(request), bounds);
}

} // namespace rollcall::switches
