#include "transport/http/response_writer.hpp"

#include "transport/http/gzip.hpp"
#include "transport/http/http_date.hpp"
#include "transport/http/text.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace rollcall::http {
namespace {

/// Below this gzip's own framing and the time for it outweigh what it saves.
constexpr std::size_t compress_above_bytes = 1024;

using source_ptr = std::unique_ptr<body_source>;

bool has_no_body(unsigned status) {
  return status < 200 || status == 204 || status == 304; // RFC 9110, 6.4.1
}

void add_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  // A line break in a value would be the client's next header.
  std::transform(value.begin(), value.end(), std::back_inserter(out),
                 [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c; });
  out += "\r\n";
}

/// What a chunk begins with (RFC 9112, 7.1), before its size is known. Leading zeros are part of the grammar.
constexpr std::string_view chunk_head = "00000000\r\n";
constexpr std::size_t chunk_digits = 8;

/// Fills in the size of the chunk that begins at `begin` and ends with `out`, and closes it. One without
/// bytes is taken back, for it would end the body.
void end_chunk(std::string& out, std::size_t begin) {
  const auto size = out.size() - begin - chunk_head.size();
  if (size == 0) {
    out.resize(begin);
    return;
  }
  std::array<char, chunk_digits> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  std::copy_backward(digits.data(), end, out.data() + begin + chunk_digits);
  out += "\r\n";
}

} // namespace

response_writer::response_writer(response answer, const answer_form& form)
    : answer_(std::move(answer)), form_(form) {}

response_writer::~response_writer() = default;

bool response_writer::next(std::string& out) {
  if (started_)
    return write_piece(out);
  started_ = true;
  return start(out);
}

bool response_writer::wait(std::function<void()> ready) {
  auto* const source = std::get_if<source_ptr>(&answer_.body);
  if (!source || form_.head_only || has_no_body(answer_.status) || source_ended_ || !ahead_.empty())
    return false;
  return (*source)->wait(std::move(ready));
}

bool response_writer::start(std::string& out) {
  if (has_no_body(answer_.status)) {
    write_header(out, {});
    return false;
  }
  if (std::holds_alternative<source_ptr>(answer_.body))
    return start_stream(out);
  write_whole(std::move(std::get<std::string>(answer_.body)), out);
  return false;
}

bool response_writer::start_stream(std::string& out) {
  auto& source = *std::get<source_ptr>(answer_.body);
  if (!form_.head_only) {
    std::string first;
    source_ended_ = !source.next(first);
    if (!source_ended_ && !answer_.live && !source.wait({}))
      source_ended_ = !source.next(ahead_);
    if (source_ended_) {
      write_whole(first + ahead_, out);
      return false;
    }
    ahead_.insert(0, first);
  }
  varies_ = !answer_.live;
  compressed_ = varies_ && form_.gzip && may_compress(compress_above_bytes + 1);
  chunked_ = form_.version >= 11;
  form_.keep_alive = form_.keep_alive && chunked_;
  write_header(out, chunked_ ? "Transfer-Encoding: chunked\r\n" : "");
  if (form_.head_only)
    return false;
  if (compressed_)
    gzip_ = std::make_unique<gzip_stream>();
  return write_piece(out);
}

void response_writer::write_whole(std::string body, std::string& out) {
  varies_ = may_compress(body.size());
  if (varies_ && form_.gzip) {
    std::string packed;
    gzip_stream gzip;
    gzip.add(body, packed);
    gzip.finish(packed);
    body = std::move(packed);
    compressed_ = true;
  }
  write_header(out, "Content-Length: " + std::to_string(body.size()) + "\r\n");
  if (!form_.head_only)
    out += body;
}

bool response_writer::write_piece(std::string& out) {
  const auto chunk = out.size();
  if (chunked_)
    out += chunk_head;
  // One step of the source, which may be work without a byte: then others have a turn before the next.
  if (!source_ended_ && !wait({})) {
    if (gzip_)
      pack_piece(out);
    else
      pull_piece(out);
  }
  if (chunked_)
    end_chunk(out, chunk);
  if (source_ended_ && chunked_)
    out += "0\r\n\r\n";
  return !source_ended_;
}

/// Straight to where it is sent from: a large list is copied nowhere.
void response_writer::pull_piece(std::string& out) {
  if (ahead_.empty())
    source_ended_ = !std::get<source_ptr>(answer_.body)->next(out);
  else
    out += std::exchange(ahead_, {});
}

void response_writer::pack_piece(std::string& out) {
  piece_.clear();
  pull_piece(piece_);
  gzip_->add(piece_, out);
  if (source_ended_)
    gzip_->finish(out);
  else if (wait({}))
    gzip_->flush(out); // the client need not wait for what is here
}

void response_writer::write_header(std::string& out, const std::string& framing) {
  const auto status = boost::beast::http::int_to_status(answer_.status);
  out += "HTTP/1.1 " + std::to_string(answer_.status) + ' ';
  out += boost::beast::http::obsolete_reason(status);
  out += "\r\n";
  add_field(out, "Date", http_date(std::chrono::system_clock::now()));
  add_field(out, "Server", "rollcall");
  if (!answer_.content_type.empty())
    add_field(out, "Content-Type", answer_.content_type);
  for (const auto& [name, value] : answer_.headers)
    add_field(out, name, value);
  if (compressed_)
    add_field(out, "Content-Encoding", "gzip");
  if (varies_)
    add_field(out, "Vary", "Accept-Encoding");
  out += framing;
  if (!form_.keep_alive)
    add_field(out, "Connection", "close");
  else if (form_.version < 11)
    add_field(out, "Connection", "keep-alive");
  out += "\r\n";
}

bool response_writer::may_compress(std::size_t size) const {
  return size > compress_above_bytes
         && std::none_of(answer_.headers.begin(), answer_.headers.end(),
                         [](const field& f) { return iequals(f.first, "Content-Encoding"); });
}

} // namespace rollcall::http
