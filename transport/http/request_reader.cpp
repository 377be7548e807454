#include "transport/http/request_reader.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace rollcall::http {
namespace {

namespace beast = boost::beast;
using parser = beast::http::request_parser<beast::http::string_body>;

constexpr std::size_t read_bytes = 16 * 1024; ///< room offered to one read

/// `0 CR LF CR LF`: at least so much follows whatever has been read of a chunked body. With less of it at
/// hand Beast's parser trips over an assertion of its own.
constexpr std::size_t shortest_chunked_end = 5;

refusal refusal_of(const beast::error_code& ec) {
  using beast::http::error;
  if (ec == error::body_limit)
    return {413, "The body is too large."};
  if (ec == error::header_limit)
    return {431, "The header is too large."};
  if (ec == error::bad_version)
    return {505, "HTTP/1.0 and HTTP/1.1 are spoken here."};
  return {400, "The request is malformed: " + ec.message() + "."};
}

} // namespace

struct request_reader::state {
  explicit state(const limits& chosen) : bounds(chosen), buffer(chosen.header_bytes + read_bytes) {}

  std::string_view bytes() const { return {static_cast<const char*>(buffer.data().data()), buffer.size()}; }

  progress refuse(refusal cause) {
    refused = std::move(cause);
    return progress::refused;
  }

  /// Looks for the end of the header line by line, since Beast would silently join folded lines.
  progress find_header() {
    // A client of the past sends an empty line after its last body (RFC 9112, 2.2).
    while (line == 0 && bytes().starts_with("\r\n")) {
      buffer.consume(2);
      scanned = 0;
    }
    const auto all = bytes();
    for (;;) {
      if (line > 0 && line < all.size() && (all[line] == ' ' || all[line] == '\t'))
        return refuse({400, "Folded header lines are not understood."});
      const auto end = all.find('\n', scanned);
      if (end == std::string_view::npos)
        break;
      if (end == line || all[end - 1] != '\r')
        return refuse({400, "Header lines end in CR LF."});
      const bool empty = end - 1 == line;
      line = scanned = end + 1;
      if (line > bounds.header_bytes)
        break;
      if (empty)
        return parse_header(line);
    }
    scanned = all.size();
    if (all.size() >= bounds.header_bytes)
      return refuse({431, "The header is too large."});
    return progress::need_header;
  }

  progress parse_header(std::size_t length) {
    from_client.emplace();
    from_client->header_limit(static_cast<std::uint32_t>(bounds.header_bytes));
    from_client->body_limit(bounds.body_bytes);
    beast::error_code ec;
    const auto used = from_client->put(boost::asio::buffer(bytes().data(), length), ec);
    if (ec)
      return refuse(refusal_of(ec));
    copy_header();
    // What the body's bytes may be taken for rests on these rules, so they come before any of them is read.
    if (auto cause = check_header(current))
      return refuse(std::move(*cause));
    buffer.consume(used);
    keep_alive = from_client->keep_alive();
    from_client->eager(true);
    if (!from_client->is_done() && buffer.size() == 0 && expects_continue(current))
      return progress::wants_continue;
    return read_body();
  }

  progress read_body() {
    beast::error_code ec;
    while (!from_client->is_done()) {
      if (buffer.size() < (from_client->chunked() ? shortest_chunked_end : 1))
        return progress::need_body;
      const auto used = from_client->put(buffer.data(), ec);
      buffer.consume(used);
      if (ec && ec != beast::http::error::need_more)
        return refuse(refusal_of(ec));
      if (used == 0 && buffer.size() >= bounds.header_bytes) // a chunk extension or trailer without end
        return refuse({400, "The chunk framing is too large."});
      if (used == 0)
        return progress::need_body;
    }
    current.body = std::move(from_client->get().body());
    return progress::complete;
  }

  void copy_header() {
    const auto& header = from_client->get();
    current = {};
    current.version = header.version();
    head_only = current.is_head = header.method() == beast::http::verb::head;
    current.method = head_only ? std::string{"GET"} : std::string{header.method_string()};
    current.target = std::string{header.target()};
    for (const auto& each : header)
      current.fields.emplace_back(each.name_string(), each.value());
    split_target(current);
  }

  limits bounds;
  beast::flat_buffer buffer;
  std::optional<parser> from_client; ///< empty until the header is complete
  request current;
  refusal refused;
  std::size_t line = 0;    ///< where the header line being scanned begins
  std::size_t scanned = 0; ///< no line end before this
  bool keep_alive = false;
  bool head_only = false;
};

request_reader::request_reader(const limits& bounds) : state_(std::make_unique<state>(bounds)) {}

request_reader::~request_reader() = default;

std::span<char> request_reader::prepare() {
  auto& buffer = state_->buffer;
  const auto room = buffer.prepare(std::min(read_bytes, buffer.max_size() - buffer.size()));
  return {static_cast<char*>(room.data()), room.size()};
}

void request_reader::commit(std::size_t bytes) { state_->buffer.commit(bytes); }

request_reader::progress request_reader::advance() {
  if (state_->refused.reason.size() > 0)
    return progress::refused;
  return state_->from_client ? state_->read_body() : state_->find_header();
}

request request_reader::take() {
  state_->from_client.reset();
  state_->line = state_->scanned = 0;
  return std::exchange(state_->current, {});
}

bool request_reader::started() const { return state_->from_client || state_->buffer.size() > 0; }

bool request_reader::keep_alive() const { return state_->keep_alive; }

bool request_reader::head_only() const { return state_->head_only; }

const refusal& request_reader::why() const { return state_->refused; }

} // namespace rollcall::http
