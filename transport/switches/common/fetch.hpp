#pragma once

#include "transport/net/channel.hpp"
#include "transport/switches/common/session_limits.hpp"
#include "transport/switches/driver.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rollcall::switches {

/// A text that a driver fetches from beside its connection, piece by piece. Everything happens on the strand
/// of the connection.
class fetch {
public:
  /// With an error: there will be no more. Without, and with an empty piece: that was all. A piece is good
  /// until the next one is asked for.
  using handler = std::function<void(const std::string& error, std::string_view piece)>;

  virtual ~fetch() = default;

  /// Asks for the next piece. `done` is called once, later, unless it is cancelled; only then the next may be
  /// asked for.
  virtual void next(handler done) = 0;

  /// Lets go of what is under way.
  virtual void cancel() = 0;
};

using fetch_ptr = std::shared_ptr<fetch>;

/// Bytes of one piece: some 300 dialogs of a Kamailio.
constexpr std::size_t piece_bytes = 256 * 1024;

/// Begins when the first piece is asked for.
fetch_ptr make_fetch(const net::channel::strand& on, fetch_source from, const fetch_limits& bounds);

/// The body of the answer to an HTTP request.
fetch_ptr fetch_http(const net::channel::strand& on, http_post request, const fetch_limits& bounds);

} // namespace rollcall::switches
