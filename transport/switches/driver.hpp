#pragma once

#include "actors/close_reason.hpp"
#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/switch_news.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::switches {

/// Now, by both clocks: one for waits, one for what is told of calls.
struct instant {
  std::chrono::steady_clock::time_point steady;
  timestamp wall;
};

/// Who the switch at the other end is.
struct claim {
  switch_name name;
  std::string secret = {}; ///< never to be logged; empty where the switch was dialled
  std::uint64_t epoch = 0; ///< of two connections of one switch the higher one counts
  std::string run = {};    ///< changes with a restart of the switch, fit for a log; empty: not known
};

/// What a driver asks of the session that it is part of. On the session's strand.
class session_actions {
public:
  /// Bytes for the switch, in order. When more than session_limits::unsent_bytes wait, what the link wants
  /// next closes the session as too_slow.
  virtual void send(std::string_view bytes) = 0;

  /// What the switch has said, for its link. Only once attached.
  virtual void tell(switch_news news) = 0;

  /// The switch has said who it is. It is let in and attached, or refused; nothing is read meanwhile. Once.
  virtual void identify(claim who) = 0;

  /// Ends the session: driver::closing() may still say why. Later ones do nothing.
  virtual void close(close_reason why, const std::string& text) = 0;

  /// Asks for driver::woken() in `in` from now, in place of what was asked for before. Only once attached.
  virtual void wake(std::chrono::milliseconds in) = 0;

  /// False while nothing is read, because the link is behind: that the switch is silent means nothing then.
  virtual bool reading() const = 0;

  /// A line of the log about this switch, unless it has had its lines this second.
  virtual void warn(std::string_view text) = 0;
  virtual void inform(std::string_view text) = 0;

protected:
  ~session_actions() = default;
};

/// The protocol of one kind of switch, on one connection: what the bytes mean, and what is to be said when.
/// Pure: it has no socket, clock, thread or log; common/session has them, and calls it on one strand, in
/// order:
///
///     received… ─► identify ─► attached ─► received, hang_up, request_snapshot, …, woken ─► closing
///
/// Each member may call any of session_actions, and must be ready to be called again by none of them.
class driver {
public:
  virtual ~driver() = default;

  /// Where the next bytes of the switch go; not empty.
  virtual std::span<char> space() = 0;

  /// So many of them have come. After identify() nothing more comes before attached().
  virtual void received(std::size_t bytes, instant now) = 0;

  /// The link has taken the switch in. What came behind that which identified it is read now.
  virtual void attached(instant now) = 0;

  /// The time has come that was asked for.
  virtual void woken(instant now) = 0;

  // --- what the link wants; only once attached, and also from within session_actions::close(). Not one of
  // these ends a call by itself.

  virtual void hang_up(const std::string& id, instant now) = 0;
  virtual void request_snapshot() = 0;

  /// Everything that was told before a `barrier` has been worked off.
  virtual void passed_barrier() {}

  /// Something that the switch said was worth nothing.
  virtual void reject(const std::string&) {}

  // --- how it goes on, or not

  /// The switch should connect to one of these addresses instead. False when it cannot be told so: then the
  /// session ends, and the switch finds the way by itself.
  virtual bool move(const std::vector<std::string>&) { return false; }

  /// The session ends: the last bytes may be sent now. Nothing else is called any more.
  virtual void closing(close_reason, const std::string&) {}
};

using driver_ptr = std::unique_ptr<driver>;

/// Makes the driver of a new connection.
using driver_factory = std::function<driver_ptr(session_actions&)>;

} // namespace rollcall::switches
