#pragma once

#include "transport/http/header_rules.hpp"
#include "transport/http/limits.hpp"
#include "transport/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace rollcall::http {

/// Turns the bytes of a connection into requests, one after the other: bytes in by prepare() and commit(),
/// requests out by advance() and take(). No socket, no clock: whoever owns it does the waiting. One thread.
class request_reader {
public:
  enum class progress : std::uint8_t {
    need_header,    ///< more bytes are wanted; started() tells whether some of the request are here
    wants_continue, ///< said once: the client waits for 100 Continue
    need_body,      ///< the header is read, more bytes are wanted
    complete,       ///< take() the request
    refused,        ///< the request cannot be served: see why(); nothing can be read after it
  };

  explicit request_reader(const limits& bounds);
  ~request_reader();
  request_reader(const request_reader&) = delete;
  request_reader& operator=(const request_reader&) = delete;

  /// Room for the next read, never empty; commit() says how much of it was filled.
  std::span<char> prepare();
  void commit(std::size_t bytes);

  /// Goes as far as the bytes reach.
  progress advance();

  /// The request read, its `peer` empty; the reader then stands before the next one.
  request take();

  bool started() const;       ///< a byte of the request after the last one taken is here
  bool keep_alive() const;    ///< the client wants the connection kept after this request
  bool head_only() const;     ///< the method was HEAD
  const refusal& why() const; ///< after `refused`

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace rollcall::http
