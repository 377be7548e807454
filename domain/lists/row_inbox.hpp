#pragma once

#include "domain/lists/packed_rows.hpp"
#include "domain/lists/row_source.hpp"

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace rollcall {

/// Where the rows of one other node arrive: batches of a row_packer go in on one side, rows come out on the
/// other. push(), finish() and fail() are for any thread, next() and wait() for the one that reads. Who
/// pushes should hold it weakly: when the reader lets go of it, nobody wants the rows any more.
class row_inbox final : public row_source {
public:
  /// What the sender is told. Neither is called under a lock; both may be called on the reader's thread,
  /// `dropped` on any that ends the inbox. They must not throw.
  struct events {
    std::function<void()> taken;   ///< a batch is being worked off: there is room for another
    std::function<void()> dropped; ///< no more is wanted: once, at the end, at a failure or with the inbox
  };

  row_inbox(node_id from, events tell);
  ~row_inbox() override;
  row_inbox(const row_inbox&) = delete;
  row_inbox& operator=(const row_inbox&) = delete;

  /// Another batch. What comes after finish() or fail() is dropped. How many may wait here is for the one who
  /// pushes to see to.
  void push(std::string batch);

  /// That was the last batch.
  void finish();

  /// The rest will not come. Batches that are here already are not read any more.
  void fail(std::string why);

  /// Throws list_lost after fail(), and when a batch is malformed.
  step next(call_row& row) override;

  bool wait(std::function<void()> ready) override;

private:
  enum class arrival : std::uint8_t { batch, none, end };

  arrival take_batch();
  [[noreturn]] void lose(const std::string& why);
  void drop();
  void wake(std::unique_lock<std::mutex> lock);

  const node_id from_;
  const events tell_;

  std::mutex guard_; ///< of what follows, up to dropped_
  std::deque<std::string> batches_;
  bool finished_ = false;
  std::optional<std::string> failure_;
  std::function<void()> ready_; ///< set while the reader waits
  bool dropped_ = false;

  row_unpacker rows_; ///< of the batch being read
  record_ptr current_;
};

} // namespace rollcall
