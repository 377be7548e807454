#pragma once

#include "transport/switches/driver.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::switches {

/// Who may be at the other end of one session. Whoever accepts or dials makes one for each; the session asks
/// it on its strand, and lets go of it with itself.
class admission {
public:
  struct refusal {
    close_reason why;
    std::string text; ///< for the switch and the log: nothing of a secret
  };

  virtual ~admission() = default;

  /// The session begins; `address` is the peer's, empty when it has gone already. `cut` ends the session at
  /// once; for any thread.
  virtual void enter(const std::string& address, std::function<void(const std::string& reason)> cut) {
    static_cast<void>(address);
    static_cast<void>(cut);
  }

  /// The handshake of TLS is over, or of a connection without it nothing was to be done; or it has failed:
  /// `trouble` says why, for people.
  virtual void handshaken(const std::string& trouble) { static_cast<void>(trouble); }

  /// May who says that be attached? Where the switch was dialled, this completes what it says.
  virtual std::optional<refusal> admit(claim& who) = 0;

  /// It has been attached.
  virtual void attached() {}

  /// The configuration has changed: may it stay?
  virtual std::optional<refusal> revise(const switch_name&) { return std::nullopt; }
};

using admission_ptr = std::unique_ptr<admission>;

} // namespace rollcall::switches
