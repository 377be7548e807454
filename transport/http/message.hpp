#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rollcall::http {

using field =
    std::pair<std::string, std::string>; ///< a header field: name as sent, value without outer blanks

/// What an address that the server listens on is for.
enum class door : std::uint8_t {
  api,     ///< whoever comes here logs in
  trusted, ///< the same, and trusted mode exists here
  metrics, ///< pages for machines, without a login
};

/// One HTTP request, read to its end and checked (see request_reader).
struct request {
  /// As sent, except that HEAD arrives as GET: handlers answer both alike, but for who looks at `is_head`,
  /// and the server leaves the body of the answer out.
  std::string method;
  bool is_head = false;
  std::string target; ///< the request target as sent: what Digest's `uri` must match
  std::string path;   ///< of the target, without query; of the absolute form without scheme and authority
  std::string query;  ///< what follows the first `?`, without it
  std::vector<field> fields;
  std::string body;
  std::string peer;      ///< textual address of the socket's peer, an IPv4-mapped IPv6 one as IPv4
  std::string client;    ///< whose request it is to bounds and logs: see identify_client(), which sets it
  unsigned version = 11; ///< 10 for HTTP/1.0, 11 for HTTP/1.1
  bool secure = false;   ///< by TLS
  http::door door = http::door::api; ///< the address that it came to
  /// How long its last bytes have waited in the kernel before they were read: a process that stood still
  /// finds requests whose clients have given up.
  std::chrono::milliseconds waited{0};

  /// The value of the first field of this name, in any case; null when there is none.
  const std::string* find(std::string_view name) const;

  /// The same, empty when there is none.
  std::string_view value(std::string_view name) const;
};

/// A body that is made while it is written, so that a list of a million rows needs the memory of one piece.
/// The server calls it on its own threads, one call at a time, and drops it when the client goes away.
class body_source {
public:
  virtual ~body_source() = default;

  /// Appends the next piece (about 64 KiB) to `out`. False when nothing follows; that last call may still
  /// have appended something. An exception cuts the connection, or becomes a 500 when nothing was sent yet.
  /// Must not be called while wait() would be true: there is nothing to append then. A piece is short, or
  /// empty, when more of it has not come yet.
  virtual bool next(std::string& out) = 0;

  /// False when next() has something to append, or would throw or be at the end: so it is with all bodies
  /// that are made of what is there. Else `ready` is called once, on any thread, perhaps before wait() has
  /// returned, as soon as that is so. In both cases what there is may turn out to be nothing to append. A
  /// further wait() may take the place of the one before, whose `ready` may then never be called, nor may it
  /// when the body is gone. `ready` does not block. An empty one only asks.
  virtual bool wait(std::function<void()> ready) {
    (void)ready;
    return false;
  }
};

/// An answer. The server itself adds Date, Server, Content-Length or Transfer-Encoding, Content-Encoding,
/// Vary and Connection.
struct response {
  unsigned status = 200;
  std::string content_type; ///< empty: none is sent
  std::vector<field> headers;
  std::variant<std::string, std::unique_ptr<body_source>> body;
  bool live = false; ///< a body that is made as things happen: sent as it comes, and not compressed
};

/// Answers the request it came with: once, from any thread. Further calls change nothing. When all copies are
/// gone without a call, the client is told 500.
using reply_fn = std::function<void(response)>;

/// Serves one request. Called on a thread of the server: must not block.
using handler_fn = std::function<void(request, reply_fn)>;

/// A short text answer, for errors and probes.
response text_response(unsigned status, std::string text);

} // namespace rollcall::http
