#pragma once

#include "transport/switches/common/object_splitter.hpp"
#include "transport/switches/driver.hpp"
#include "transport/switches/kamailio/snapshot_failure.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::kamailio {

//   start ─► asking the run ─► counting ─┬─► dumping ─► reading the file ─┬─► counting ─► proving ─► complete
//     ▲        (over rpc)                └─────────► reading the list ────┘                  │
//     └── the next source, when there is one ◄── failed ◄── from any of these, at the first thing that is
//     wrong

/// Takes in all dialogs of a Kamailio once, from the first of several sources that gives a list which is
/// proved to be complete. It has no clock
/// and no socket. One thread.
class snapshot {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// Where it may come from.
  struct plan {
    std::vector<dialog_source> sources; ///< in this order; at least one
    std::filesystem::path dump_file;    ///< which does not exist yet
    std::string run;                    ///< of the Kamailio whose dialogs are wanted
    std::uint64_t first_request = 1;    ///< its JSON-RPC requests have numbers from here on
    std::chrono::milliseconds late{0};  ///< how late events may come that explain a difference in numbers
  };

  struct events {
    /// Sends a JSON-RPC request. The text of its answer is for take(): a list at the pace of the link, the
    /// rest at once, for a count counts as of when it comes.
    std::function<void(dialog_source of, std::uint64_t number, std::string request, switches::fetch_pace)>
        ask;

    /// The same for what is in a file.
    std::function<void(switches::fetch_source from)> fetch;

    /// A source is about to be asked: whatever another one has named counts no more.
    std::function<void()> begin;

    /// Kamailio's own count, before and after the list.
    std::function<void(std::uint64_t dialogs)> counted;

    /// A dialog, as JSON.
    std::function<void(std::string_view dialog)> dialog;

    /// All has been read.
    std::function<void()> read;

    /// Why that is not known to be all; none when it is.
    std::function<std::optional<snapshot_error>(dialog_source of)> doubt;

    /// A source has failed; what was asked for is not wanted any more.
    std::function<void(dialog_source of, const snapshot_error& error)> failed;
  };

  snapshot(plan from, events tell);
  ~snapshot();

  snapshot(const snapshot&) = delete;
  snapshot& operator=(const snapshot&) = delete;

  void start();

  /// A piece of the text that was asked for last; empty: that was all. With an error there is no more.
  void take(const std::string& error, std::string_view piece, moment now);

  /// The same for a text that comes in one.
  void take_whole(std::string_view text, moment now);

  /// Looks whether it has waited long enough.
  void look(moment now);

  /// When it has; none when it waits for no time.
  std::optional<moment> wakes_at() const;

  bool is_over() const { return phase_ == phase::complete || phase_ == phase::failed; }
  bool is_complete() const { return phase_ == phase::complete; }

private:
  enum class phase : std::uint8_t {
    asking_run,
    counting_before,
    dumping,
    reading_file,
    reading_list,
    counting_after,
    proving,
    complete,
    failed
  };

  dialog_source source() const { return plan_.sources[at_]; }
  void enter(phase next);
  void ask(phase next, std::string (*command)(std::uint64_t));
  void count(phase next);
  void list();
  void on_answer(moment now);
  void on_counted(moment now);
  void on_text(std::string_view piece);
  void on_end();
  void prove(bool last, moment now);
  void fail(snapshot_failure kind, std::string text);
  void remove_dump() const;

  const plan plan_;
  events tell_;
  std::size_t at_ = 0; ///< which source
  std::uint64_t request_;
  switches::object_splitter splitter_;
  std::string answer_; ///< to anything but the list
  moment late_at_{};   ///< while proving
  phase phase_ = phase::failed;
};

} // namespace rollcall::kamailio
