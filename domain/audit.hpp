#pragma once

#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// A disconnect as it was asked for: who, from where, what.
struct audit_request {
  timestamp when;
  customer_id who;     ///< the authenticated customer; not known in trusted mode
  std::string login;   ///< its web_login; empty in trusted mode
  std::string address; ///< the socket peer
  bool trusted = false;
  std::string method; ///< "disconnectAccount"
  std::string target; ///< what it named: "ID=sbc-1:9", "i_account=3", "i_customer=2"
  customer_id scope;  ///< under whose rights it was carried out
  friend bool operator==(const audit_request&, const audit_request&) = default;
};

/// What came of a disconnect for one call, as far as known when the request was answered. What comes later
/// (refused by the switch, ended) is a note.
enum class disconnect_outcome : std::uint8_t {
  sent,        ///< its switch was told to hang it up
  already,     ///< it was being hung up, or over, already
  unreachable, ///< its switch is away
};

/// As the log shows them, indexed by outcome.
constexpr std::array<std::string_view, 3> disconnect_outcome_names = {"sent", "already", "unreachable"};

constexpr std::string_view to_string(disconnect_outcome o) {
  return disconnect_outcome_names[static_cast<std::size_t>(o)];
}

/// What became of one call that a request meant.
struct audit_call {
  std::string id; ///< the API's `ID`
  disconnect_outcome outcome = disconnect_outcome::sent;
  friend bool operator==(const audit_call&, const audit_call&) = default;
};

/// Later news of a call whose disconnect was sent: refused by the switch and why, or ended.
struct audit_note {
  timestamp when;
  std::string id; ///< the API's `ID`
  std::string text;
  friend bool operator==(const audit_note&, const audit_note&) = default;
};

/// Where disconnects are written down, for good. One thread at a time; every function may block on a disk and
/// throws std::runtime_error when it could not write.
class audit_sink {
public:
  virtual ~audit_sink() = default;

  /// Written before anything is sent, so that no disconnect can happen unseen. Gives the entry's number.
  virtual std::int64_t begin(const audit_request& request) = 0;

  /// Written once for each entry, when its request is answered: the answer (`OK`, a fault) and every call
  /// meant.
  virtual void finish(std::int64_t entry, timestamp when, const std::string& answer,
                      const std::vector<audit_call>& calls) = 0;

  /// All of them or none.
  virtual void note(const std::vector<audit_note>& notes) = 0;
};

} // namespace rollcall
