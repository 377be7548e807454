#pragma once

#include "domain/calls/name_holders.hpp"

#include <memory>
#include <string>

namespace rollcall {

/// The wire to a switch as its link sees it: feed connections and Kamailio connections implement it. Every
/// member may be called from any thread and never blocks. After close() all of them do nothing.
class switch_connection {
public:
  virtual ~switch_connection() = default;

  /// Which process is at the other end; not known where there cannot be two.
  virtual switch_host host() const { return {}; }

  /// Puts a disconnect of the switch's call `id` on its way. False when the connection is closed, or so
  /// far behind that it is being closed: then nothing was sent.
  virtual bool hang_up(const std::string& id) = 0;

  /// Asks the switch for a snapshot.
  virtual void resync() = 0;

  /// Answers a ping.
  virtual void pong() = 0;

  /// Tells the switch that a line of its was worth nothing, and why.
  virtual void warn(const std::string& message) = 0;

  /// Ends the connection after telling the switch why, with a code of feed.md ("bad_message", …).
  virtual void close(const std::string& code, const std::string& message) = 0;

  /// One delivered switch_news has been worked off. A connection keeps a bounded number of them under way
  /// and reads on only then: this is how a busy node slows a switch down.
  virtual void consumed() = 0;
};

using switch_connection_ptr = std::shared_ptr<switch_connection>;

} // namespace rollcall
