#pragma once

#include "transport/switches/common/pacer.hpp"
#include "transport/switches/kamailio/call_book.hpp"
#include "transport/switches/kamailio/dialog_id.hpp"
#include "transport/switches/kamailio/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>

namespace rollcall::kamailio {

/// The hang-ups of one connection, from the order to the answer. It spreads them over time, sends each call's
/// once until it is answered, and knows the two ways to hang up and which of them to take:
///
///     wished ─► not answered: tm.reply ─► done
///        │       │                 └─ no such transaction: it was answered meanwhile ─┐
///        │       └─ its transaction is not known ─► refused                           │
///        └────► answered: dlg.end_dlg ◄───────────────────────────────────────────────┘
///                         ├─► done    └─ no such dialog: it is over, and we have missed that
///                         └─► refused
///
/// "Done" means sent: the call's own end says that it is over. One thread.
class hang_ups {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// What an answer has brought.
  struct outcome {
    enum class kind : std::uint8_t {
      done,    ///< sent, or about to be sent the other way
      missing, ///< Kamailio does not know the call, we do
      refused,
    };
    kind what = kind::done;
    std::string id;
    std::string message; ///< when refused
  };

  /// Requests are numbered from `first_request` on.
  hang_ups(const limits& bounds, moment now, std::uint64_t first_request = 1);

  /// Wants a call hung up. False when it is wanted already, and not answered yet.
  bool enqueue(const std::string& id);

  /// The next command that may be sent now, none when nothing waits or it is too early. Instead of a command
  /// it may set `refused`: of a call of another run of Kamailio that this run does not have, of what is no id
  /// at all, or of a ringing call whose transaction is not known.
  std::optional<std::string> next(const call_book& book, moment now, std::optional<outcome>& refused);

  /// How long to wait until next() has something; none when nothing waits but for answers.
  std::optional<std::chrono::milliseconds> wait(moment now) const;

  outcome answered(const rpc_answer& answer, const call_book& book);

  /// Gives up waiting for answers that are overdue: who asked will ask again.
  void forget_overdue(moment now);

  std::size_t waiting() const { return waiting_.size(); }

private:
  struct wanted {
    std::string id;
    bool end_dialog = false; ///< the first way has failed
  };
  struct sent {
    std::string id;
    bool end_dialog;
    moment when;
  };

  bool may_send(moment now);
  std::string command_for(wanted&& call, const dialog_id& dialog, const call_book::entry* known, moment now);

  const limits bounds_;
  switches::pacer pace_;
  std::uint64_t request_; ///< the next one's number
  std::deque<wanted> waiting_;
  std::map<std::uint64_t, sent> sent_;   ///< by request, oldest first
  std::unordered_set<std::string> open_; ///< ids of both
};

} // namespace rollcall::kamailio
