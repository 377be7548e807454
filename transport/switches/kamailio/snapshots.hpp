#pragma once

#include "transport/switches/driver.hpp"
#include "transport/switches/kamailio/conversation.hpp"
#include "transport/switches/kamailio/memory.hpp"
#include "transport/switches/kamailio/snapshot.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::kamailio {

/// The snapshots of one connection, one after another: when one begins, where each gets its texts from, and
/// what becomes of what it names. It has no clock and no socket. One thread.
class snapshots {
public:
  using moment = conversation::moment;

  /// `out` and `talk` outlive it. `run` is what the hello has said.
  snapshots(switches::session_actions& out, std::shared_ptr<memory> of, conversation& talk, std::string run,
            std::uint64_t first_request);
  ~snapshots();

  snapshots(const snapshots&) = delete;
  snapshots& operator=(const snapshots&) = delete;

  /// Begins one when it is due, and gives up what is overdue.
  void look(switches::instant now);

  /// When to look again, whatever happens; none when only answers are waited for.
  std::optional<moment> wakes_at() const;

  /// True when it was asked by a snapshot: then it is for take(), and for nothing else. What came before it
  /// is told first, for it may end the snapshot.
  bool awaits(const rpc_answer& answer) const { return awaited_ != 0 && answer.request == awaited_; }
  void take(const rpc_answer& answer, switches::instant now);

  /// See switches::driver.
  void fetched(const std::string& error, std::string_view piece, switches::instant now);

  /// What it has named was dropped: the one under way ends, as failed.
  void give_up(switches::instant now);

private:
  void begin();
  snapshot::events events();
  void ask(dialog_source of, std::uint64_t number, std::string request, switches::fetch_pace pace);
  void on_dialog(std::string_view json);
  void on_failed(dialog_source of, const snapshot_error& error);
  void settle();
  void complete();

  switches::session_actions& out_;
  const std::shared_ptr<memory> of_;
  conversation& conversation_;
  const std::string run_;
  dialog_reader dialogs_;
  switches::instant now_{};            ///< of the call under way
  std::unique_ptr<snapshot> snapshot_; ///< while one runs
  std::uint64_t request_;              ///< the last one's number
  std::uint64_t awaited_ = 0;          ///< the one whose answer comes over the connection; 0: none does
  switches::fetch_pace awaited_pace_{};
  moment awaited_until_{};
  switch_news named_;                                                  ///< what the piece being read names
  std::set<std::pair<dialog_source, snapshot_failure>> failures_told_; ///< since the last that was complete
  dialog_source proved_by_{};                                          ///< the one that was read last
};

} // namespace rollcall::kamailio
