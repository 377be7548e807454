#pragma once

#include "actors/close_reason.hpp"
#include "domain/calls/name_holders.hpp"

#include <memory>
#include <string>

namespace rollcall {

/// The connection to a switch as its link sees it. Every member may be called from any thread and never
/// blocks. After close() all of them do nothing.
class switch_connection {
public:
  virtual ~switch_connection() = default;

  /// Which process is at the other end; not known where there cannot be two.
  virtual switch_host host() const { return {}; }

  /// Puts a disconnect of the switch's call `id` on its way. False when the connection is closed, or has
  /// enough of them to send: then nothing was sent.
  virtual bool hang_up(const std::string& id) = 0;

  /// The same with a reason, for a switch that has ears for one.
  virtual bool hang_up_because(const std::string& id, const std::string& /*reason*/) { return hang_up(id); }

  /// Asks the switch for all its calls.
  virtual void request_snapshot() = 0;

  /// Everything before a `barrier` has been worked off.
  virtual void passed_barrier() = 0;

  /// Tells the switch that something it said was worth nothing, and why, where it has ears for that.
  virtual void reject(const std::string& message) = 0;

  /// Ends the connection after telling the switch why.
  virtual void close(close_reason why, const std::string& message) = 0;

  /// One delivered switch_news has been worked off. A connection keeps a bounded number of them under way
  /// and reads on only then: this is how a busy node slows a switch down.
  virtual void consumed() = 0;
};

using switch_connection_ptr = std::shared_ptr<switch_connection>;

} // namespace rollcall
