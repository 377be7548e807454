#pragma once

#include "transport/kamailio/object_splitter.hpp"
#include "transport/kamailio/snapshot_source.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

//   start ──with a dump file──► dumping ──done──► reading the file ──► complete
//     │                            └─ refused, or the disk is not shared ─┐    or failed
//     └───────without───────────────────────────────────────────────► reading the list

/// Fetches all dialogs of a Kamailio once: by dlg.dump_file where both share a disk, which is linear in their
/// number, else by dlg.list. It goes on only when told to, so that a busy node is not flooded. One strand.
class snapshot : public std::enable_shared_from_this<snapshot> {
public:
  struct events {
    /// Sends a JSON-RPC request, and where its answer will come from.
    std::function<snapshot_source_ptr(std::string request)> ask;

    /// A dialog, as JSON.
    std::function<void(std::string_view dialog)> dialog;

    /// A piece has been read; go_on() asks for the next.
    std::function<void()> piece;

    /// It is over: complete when `error` is empty.
    std::function<void(const std::string& error)> done;

    /// The disk is not shared, or the dump failed: the list is taken instead.
    std::function<void(const std::string& reason)> no_dump;
  };

  /// Without a `dump_file` the list is asked for.
  snapshot(const executor& on, std::filesystem::path dump_file, events tell);

  void start();
  void go_on();

  /// No event is told any more.
  void cancel();

private:
  enum class phase : std::uint8_t { dumping, reading_file, reading_list, over };

  void read(snapshot_source_ptr from, phase next);
  void list_instead(const std::string& reason);
  void on_piece(const std::string& error, std::string_view piece);
  void on_dumped();
  void on_text(std::string_view piece);
  void on_end();
  void finish(const std::string& error);

  executor on_;
  std::filesystem::path dump_file_;
  events tell_;
  snapshot_source_ptr source_;
  object_splitter splitter_;
  std::string answer_; ///< to the request for a dump
  phase phase_ = phase::over;
};

} // namespace rollcall::kamailio
