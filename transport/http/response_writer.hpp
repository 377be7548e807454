#pragma once

#include "transport/http/message.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rollcall::http {

class gzip_stream;

/// What a request says about the form of its answer.
struct answer_form {
  unsigned version = 11;  ///< 10 or 11
  bool head_only = false; ///< leave the body out
  bool keep_alive = true; ///< the connection can go on
  bool gzip = false;      ///< the client reads gzip
};

/// Turns an answer into the bytes on the wire, piece by piece: header, chunk framing, compression. No socket:
/// whoever owns it sends each piece before asking for the next, so a slow reader slows only its own body.
///
/// A body whose length is known in time, also of a source that had only one piece, goes out with
/// Content-Length; a longer one chunked, or to HTTP/1.0 ended by closing. One thread.
class response_writer {
public:
  response_writer(response answer, const answer_form& form);
  ~response_writer();

  /// Appends the next bytes to `out` and returns false with the last ones. The header comes with the first
  /// call. A call has none when it is the last, or when more of the body has not come yet. Throws what the
  /// body's source throws; nothing of that call must then be sent.
  bool next(std::string& out);

  /// True when next() must wait for the body's source; see body_source::wait.
  bool wait(std::function<void()> ready);

  /// Whether the connection can go on afterwards, once next() has been called.
  bool keep_alive() const noexcept { return form_.keep_alive; }

  unsigned status() const noexcept { return answer_.status; }

private:
  bool start(std::string& out);
  bool start_stream(std::string& out);
  void write_whole(std::string body, std::string& out);
  bool write_piece(std::string& out);
  void pull_piece(std::string& out);
  void pack_piece(std::string& out);
  void write_header(std::string& out, const std::string& framing);
  bool may_compress(std::size_t size) const;

  response answer_;
  answer_form form_;
  bool started_ = false;
  bool chunked_ = false;
  bool varies_ = false; ///< another client might get another coding
  std::string ahead_;   ///< pulled from the source, not written yet
  std::string piece_;   ///< to be compressed; kept for its memory
  bool source_ended_ = false;
  std::unique_ptr<gzip_stream> gzip_; ///< set while a compressed body streams
  bool compressed_ = false;
};

} // namespace rollcall::http
