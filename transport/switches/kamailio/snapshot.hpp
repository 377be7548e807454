#pragma once

#include "transport/switches/kamailio/object_splitter.hpp"
#include "transport/switches/kamailio/snapshot_failure.hpp"
#include "transport/switches/kamailio/snapshot_source.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::kamailio {

//   start ─► asking the run ─► counting ─┬─► dumping ─► reading the file ─┬─► counting ─► proving ─► complete
//     ▲        (over rpc)                └─────────► reading the list ────┘                  │
//     └── the next source, when there is one ◄── failed ◄── from any of these, at the first thing that is
//     wrong

/// Fetches all dialogs of a Kamailio once, from the first of several sources that gives a list which is
/// proved to be complete. It goes on only when told to, so that a busy node is not flooded. One strand.
class snapshot : public std::enable_shared_from_this<snapshot> {
public:
  /// Where it may come from.
  struct plan {
    std::vector<dialog_source> sources; ///< in this order; at least one
    std::filesystem::path dump_file;    ///< which does not exist yet
    std::string run;                    ///< of the Kamailio whose dialogs are wanted
    std::uint64_t first_request = 1;    ///< its JSON-RPC requests have numbers from here on
    std::chrono::milliseconds late{0};  ///< how late events may come that explain a difference in numbers
  };

  struct events {
    /// Sends a JSON-RPC request, and where its answer will come from.
    std::function<snapshot_source_ptr(dialog_source of, std::uint64_t number, std::string request)> ask;

    /// A source is about to be asked: whatever another one has named counts no more.
    std::function<void()> begin;

    /// Kamailio's own count, before and after the list.
    std::function<void(std::uint64_t dialogs)> counted;

    /// A dialog, as JSON.
    std::function<void(std::string_view dialog)> dialog;

    /// A piece has been read; go_on() asks for the next.
    std::function<void()> piece;

    /// All has been read.
    std::function<void()> read;

    /// Why that is not known to be all; none when it is.
    std::function<std::optional<snapshot_error>(dialog_source of)> doubt;

    /// A source has failed.
    std::function<void(dialog_source of, const snapshot_error& error)> failed;

    /// It is over, and complete or not.
    std::function<void(bool complete)> done;
  };

  snapshot(const executor& on, plan from, events tell);

  void start();
  void go_on();

  /// No event is told any more.
  void cancel();

private:
  enum class phase : std::uint8_t {
    asking_run,
    counting_before,
    dumping,
    reading_file,
    reading_list,
    counting_after,
    proving,
    over
  };

  dialog_source source() const { return plan_.sources[at_]; }
  void ask(phase next, std::string (*command)(std::uint64_t));
  void read(snapshot_source_ptr from, phase next);
  void count(phase next);
  void list();
  void on_piece(const std::string& error, std::string_view piece);
  void on_answer();
  void on_counted();
  void on_text(std::string_view piece);
  void on_end();
  void prove(bool last);
  void fail(snapshot_failure kind, std::string text);
  void finish(bool complete);
  void remove_dump();

  executor on_;
  const plan plan_;
  events tell_;
  boost::asio::steady_timer late_;
  std::size_t at_ = 0; ///< which source
  std::uint64_t request_;
  snapshot_source_ptr from_;
  object_splitter splitter_;
  std::string answer_; ///< to anything but the list
  phase phase_ = phase::over;
};

} // namespace rollcall::kamailio
