#pragma once

#include "transport/switches/asterisk/ami_event.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall::asterisk {

/// What the manager user may ask for, as Asterisk says itself.
struct ami_rights {
  bool list = true; ///< CoreShowChannels
  bool hang_up = true;
  bool ask = true;  ///< Getvar
  bool note = true; ///< Setvar

  bool all() const { return list && hang_up && ask; }
};

/// Gets us into an Asterisk, and finds out what we may do there and which run of it this is:
///
///   banner ─► Challenge ─► Login ─► ListCommands ─► CoreStatus ─► Getvar ENTITYID ─► in
///                │           └─► refused                 └── not allowed ──┴────────► in
///                └─► refused
///
/// The secret never leaves us: Login has the MD5 of the challenge and the secret. Events are off until the
/// connection is attached. Pure; one thread.
class login {
public:
  enum class state : std::uint8_t { asking, in, refused };

  /// `action_id` is what nobody can guess.
  login(std::string user, std::string secret, std::string action_id);

  /// The first line. What is to be sent next; empty when this is no Asterisk.
  std::string greeted(std::string_view banner);

  /// An answer. What is to be sent next; empty when nothing is.
  std::string take(const ami_event& message);

  state now() const { return state_; }
  const ami_rights& rights() const { return rights_; }

  /// Why it is refused, in Asterisk's words and fit for a log.
  const std::string& refusal() const { return refusal_; }

  /// Differs from run to run, and from host to host; empty when we may not know.
  const std::string& run() const { return run_; }

private:
  enum class step : std::uint8_t { banner, challenge, key, commands, status, entity };

  std::string ask(step next, std::string_view action, std::string_view name = {},
                  std::string_view value = {});
  std::string log_in(std::string_view challenge);
  std::string refuse(std::string_view why);
  std::string enter();
  std::string action_id() const;

  const std::string user_;
  const std::string secret_;
  const std::string action_id_;
  step step_ = step::banner;
  state state_ = state::asking;
  ami_rights rights_;
  std::string started_; ///< when Asterisk was, by its clock
  std::string refusal_;
  std::string run_;
};

/// What Login has for a challenge; empty where OpenSSL has no MD5.
std::string login_key(std::string_view challenge, std::string_view secret);

} // namespace rollcall::asterisk
