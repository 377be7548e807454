#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/call_record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
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
  std::string method;      ///< "disconnectAccount"
  std::string target;      ///< what it named: "ID=sbc-1:9", "i_account=3", "i_customer=2"
  customer_id scope;       ///< under whose rights it was carried out
  std::string reason = {}; ///< why, as who asked has it
  friend bool operator==(const audit_request&, const audit_request&) = default;
};

using audit_request_ptr = std::shared_ptr<const audit_request>;

/// What came of a disconnect for one call, as far as known when the request was answered. What comes later
/// (not sent after all, refused by the switch, ended) is a note.
enum class disconnect_outcome : std::uint8_t {
  sent,        ///< its switch was told to hang it up. Written before that is done
  already,     ///< it was being hung up, or over, already
  unreachable, ///< its switch is away
  expired,     ///< the order came too late: nothing was sent
};

/// As the log shows them, indexed by outcome.
constexpr std::array<std::string_view, 4> disconnect_outcome_names = {"sent", "already", "unreachable",
                                                                      "expired"};

constexpr std::string_view to_string(disconnect_outcome o) {
  return disconnect_outcome_names[static_cast<std::size_t>(o)];
}

/// Calls that a request meant, with what came of all of them.
struct audit_block {
  disconnect_outcome outcome = disconnect_outcome::sent;
  timestamp
      asked; ///< when their hang-up was asked for: before the request, when it carries on after a restart
  std::vector<record_ptr> calls;
};

/// How a request was answered: `OK`, a fault.
struct audit_answer {
  timestamp when;
  std::string text;
};

/// What is added to one entry of the log. The first that is written of an entry writes its request, too.
struct audit_write {
  std::uint64_t entry = 0;   ///< which, in this process; the log has numbers of its own
  audit_request_ptr request; ///< the entry's; always set
  std::vector<audit_block> blocks;
  std::optional<audit_answer> answer; ///< set: nothing of this entry follows
  bool idle = false; ///< with the answer: it hung up nothing, and is left out beyond its customer's bound
};

using audit_writes = std::vector<audit_write>;

/// Later news of a call whose disconnect was sent: refused by the switch and why, or ended.
struct audit_note {
  timestamp when;
  std::string id; ///< the API's `ID`
  std::string text;
  friend bool operator==(const audit_note&, const audit_note&) = default;
};

using audit_notes = std::vector<audit_note>;

/// A hang-up whose end is not known: what has to be known of it elsewhere, or after a restart.
struct outstanding_hang_up {
  std::string id;             ///< the switch's own id of the call
  std::int64_t setup = 0;     ///< of the call, in microseconds since 1970: another call may get its id
  std::int64_t asked = 0;     ///< in microseconds since 1970
  bool after_restart = false; ///< of the node that was asked: it is not carried out when it is too old

  friend bool operator==(const outstanding_hang_up&, const outstanding_hang_up&) = default;
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, outstanding_hang_up& x) {
    return f(x.id, x.setup, x.asked, x.after_restart);
  }
};

using outstanding_hang_ups = std::vector<outstanding_hang_up>;
using outstanding_hang_ups_ptr = std::shared_ptr<const outstanding_hang_ups>;

/// A text of a stranger as the log has it: cut, with how long it was. What is refused costs no disk.
std::string cut_for_audit(std::string text);

/// What they take of memory until they are written, about.
std::size_t bytes_of(const audit_writes& writes);
std::size_t bytes_of(const audit_notes& notes);

/// What is to be written is refused for what it is: trying again does not help.
class audit_refusal : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Where disconnects are written down, for good. One thread at a time; every function may block on a disk and
/// throws std::runtime_error when it could not write, audit_refusal when it never will.
class audit_sink {
public:
  virtual ~audit_sink() = default;

  /// All of them or none. What is written outlives the process.
  virtual void write(const audit_writes& writes) = 0;

  /// All of them or none.
  virtual void note(const audit_notes& notes) = 0;

  /// Looks whether the log can still be written where it is. Throws when it cannot.
  virtual void check() = 0;

  /// What has become of the log's file, once for each time that it was lost and begun anew: "moved or
  /// deleted".
  virtual std::optional<std::string> take_loss() = 0;
};

} // namespace rollcall
