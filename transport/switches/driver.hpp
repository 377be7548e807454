#pragma once

#include "actors/close_reason.hpp"
#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/switch_news.hpp"
#include "transport/net/http_url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall::switches {

/// Now, by both clocks: one for waits, one for what is told of calls.
struct instant {
  std::chrono::steady_clock::time_point steady;
  timestamp wall;
};

/// Who the switch at the other end is.
struct claim {
  switch_name name;        ///< where the switch was dialled, who dialled knows it
  std::string secret = {}; ///< never to be logged; empty where the switch was dialled
  std::uint64_t epoch = 0; ///< of two connections of one switch the higher one counts; as the name
  std::string run = {};    ///< changes with a restart of the switch, fit for a log; empty: not known
};

/// An HTTP request for a text.
struct http_post {
  net::http_url to;
  std::string content_type;
  std::string body;
};

/// A file that is removed when it is opened: what lies there later is another one.
struct file_once {
  std::filesystem::path path;
};

/// Where a driver gets a text from that does not come over its connection, or, when it has that already, the
/// text: what it names goes to the link in pieces, all the same.
using fetch_source = std::variant<http_post, file_once, std::string>;

/// When the pieces of a text come.
enum class fetch_pace : std::uint8_t {
  at_once,
  of_the_link, ///< each when the link has room for what the one before has said
};

/// What a driver asks of the session that it is part of. On the session's strand.
class session_actions {
public:
  /// Bytes for the switch, in order. When more than session_limits::unsent_bytes wait, what the link wants
  /// next closes the session as too_slow.
  virtual void send(std::string_view bytes) = 0;

  /// What the switch has said, for its link; nothing when it is empty. Only once attached.
  virtual void tell(switch_news news) = 0;

  /// True while what is told is dropped, because the link is too far behind; see driver::overrun().
  virtual bool dropping() const = 0;

  /// The switch has said who it is. It is let in and attached, or refused. Once.
  virtual void identify(claim who) = 0;

  /// Ends the session: driver::closing() may still say why. Later ones do nothing.
  virtual void close(close_reason why, const std::string& text) = 0;

  /// Asks for driver::woken() in `in` from now, in place of what was asked for before. Only once attached.
  virtual void wake(std::chrono::milliseconds in) = 0;

  /// Fetches a text, which driver::fetched() brings in pieces. One at a time: what was under way is let go.
  /// Only once attached.
  virtual void fetch(fetch_source from, fetch_pace pace) = 0;
  virtual void stop_fetch() = 0;

  /// False while nothing is read, because the link is behind: that the switch is silent means nothing then.
  virtual bool reading() const = 0;

  /// A line of the log about this switch, unless it has had its lines this second.
  virtual void warn(std::string_view text) = 0;
  virtual void inform(std::string_view text) = 0;

protected:
  ~session_actions() = default;
};

/// The protocol of one kind of switch, on one connection: what the bytes mean, and what is to be said when.
/// It has no socket, clock, thread or log; common/session has them, and calls it on one strand, in order:
///
///     opened ─► received… ─► identify ─► attached ─► received, hang_up, request_snapshot, …, woken ─►
///     closing
///
/// Each member may call any of session_actions. Of these only close(), and identify() when it is refused,
/// call back: hang_up() and its like for what the link has wanted before, then closing().
class driver {
public:
  virtual ~driver() = default;

  /// The connection is there.
  virtual void opened(instant) {}

  /// Where the next bytes of the switch go; not empty.
  virtual std::span<char> space() = 0;

  /// So many of them have come. After identify() more come before attached() only in sessions that always
  /// read (session_limits::backlog).
  virtual void received(std::size_t bytes, instant now) = 0;

  /// The link has taken the switch in. What came behind that which identified it is read now.
  virtual void attached(instant now) = 0;

  /// The time has come that was asked for.
  virtual void woken(instant) {}

  // --- what the link wants; only once attached, and also from within session_actions::close(). Not one of
  // these ends a call by itself.

  virtual void hang_up(const std::string& id, instant now) = 0;

  /// The same with a reason, for a switch that has ears for one.
  virtual void hang_up_because(const std::string& id, const std::string& /*reason*/, instant now) {
    hang_up(id, now);
  }

  virtual void request_snapshot(instant now) = 0;

  /// False while it does not know yet what there is to hang up: the link's are not taken, so that who has
  /// ordered them hears at once that they were not sent. None waits for that to be sent later.
  virtual bool takes_hang_ups() const { return true; }

  /// Hang-ups that it has not sent yet, because it sends them at the pace that the switch can bear. Beyond
  /// session_limits::hang_ups_waiting the link's are not taken.
  virtual std::size_t hang_ups_waiting() const { return 0; }

  /// Everything that was told before a `barrier` has been worked off.
  virtual void passed_barrier() {}

  /// Something that the switch said was worth nothing.
  virtual void reject(const std::string&) {}

  // --- what it has fetched, and how the link keeps up

  /// A piece of what was asked for last; empty: that was all. With an error there is no more.
  virtual void fetched(const std::string& error, std::string_view piece, instant now) {
    static_cast<void>(error);
    static_cast<void>(piece);
    static_cast<void>(now);
  }

  /// The link is so far behind that what it was told is dropped, from some time ago on until caught_up().
  /// Only in sessions that always read.
  virtual void overrun(instant) {}
  virtual void caught_up(instant) {}

  // --- how it goes on, or not

  /// The switch should connect to one of these addresses instead. False when it cannot be told so: then the
  /// session ends, and the switch finds the way by itself.
  virtual bool move(const std::vector<std::string>&) { return false; }

  /// The session ends: the last bytes may be sent now. What still comes is read into space(), and dropped.
  virtual void closing(close_reason, const std::string&) {}
};

using driver_ptr = std::unique_ptr<driver>;

/// Makes the driver of a new connection, which asks nothing of the session before opened().
using driver_factory = std::function<driver_ptr(session_actions&)>;

} // namespace rollcall::switches
