#pragma once

#include "domain/directory/directory.hpp"
#include "domain/lists/call_query.hpp"
#include "domain/lists/counts_by_switch.hpp"
#include "domain/lists/hidden_call.hpp"
#include "domain/watch/picture_change.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rollcall {

/// Which calls a watcher's mirror holds: those of the query that are not over.
bool shows(const call_query& query, const directory& dir, const call_record& record);

/// What one watcher has yet to be told: a snapshot, and the changes since. A call waits here once, however
/// often it changes, and is told as it is when its turn comes; its end is told even so. Whoever applies what
/// next() gives has, whenever the queue is empty, exactly the calls that were shown after the last change
/// that was taken. Pure. One thread.
///
/// A snapshot is gathered while changes go on. What was written until it was complete may be in it or not:
/// `catch_up` says how far that reaches, and those changes are to be taken before anything is told. From then
/// on a call that the snapshot has yet to reach is replaced there, and does not wait a second time.
class change_queue {
public:
  enum class kind : std::uint8_t {
    call,  ///< it came, or changed
    end,   ///< it is over
    leave, ///< it goes on, and is none of these any more
  };

  struct told {
    kind what = kind::call;
    record_ptr record;      ///< of a `leave`: as it was last shown
    bool asked = false;     ///< of an `end`: rollcall had it hung up
    bool unseen = false;    ///< of an `end`: found gone by a snapshot
    bool fresh = false;     ///< of a `call`: the mirror does not have it yet
    bool reuses_id = false; ///< of a `call`: one before had its ID, whose end may come after this
  };

  /// The time filters of the query are not looked at. `most`: bytes of waiting calls, about.
  change_queue(call_query query, directory_ptr dir, std::size_t most);

  /// A directory by which nothing that was told is wrong.
  void set_directory(directory_ptr dir) { directory_ = std::move(dir); }

  /// A snapshot of all calls, or of those of one switch: what waited of these is dropped, and what was told
  /// of them is void. Those that are not shown are passed over. Of those that are hidden the log may tell yet
  /// what was before: the mirror does not have them.
  void list(std::vector<record_ptr> calls, std::uint64_t catch_up,
            const std::vector<hidden_call>& hidden = {});
  void list(const switch_name& of, std::vector<record_ptr> calls, std::uint64_t catch_up,
            const std::vector<hidden_call>& hidden = {});

  /// The calls of this switch are told no more until they are listed again.
  void forget(const switch_name& of);

  /// The switches of which calls were let go that were told: what was told of them is void. Each once.
  std::vector<const switch_identity*> take_distrusted() { return std::exchange(distrusted_, {}); }

  /// For a watcher who was told everything up to some position. Of the calls as list() has them it is told
  /// those that have changed since, and that these are over or have left the scope. Each is told as it is
  /// now; one that is not shown as left, though the watcher may never have had it. Of those that are hidden
  /// and over, these are among `changed` that ended since.
  void resume(std::vector<record_ptr> calls, const std::vector<record_ptr>& changed,
              const std::vector<picture_change>& gone, std::uint64_t catch_up,
              const std::vector<hidden_call>& hidden = {});

  /// A change, in the order of the log.
  void take(const picture_change& change);

  /// The next one to be told; false when there is none.
  bool next(told& into);

  /// Nothing waits.
  bool empty() const noexcept { return order_.empty() && is_listed() && distrusted_.empty(); }

  /// The snapshot is told.
  bool is_listed() const noexcept { return resumes_ || next_listed_ == listed_.size(); }

  /// More waits than may: everything is to begin anew.
  bool is_full() const noexcept { return bytes_ > most_; }

  /// Forgets what a told snapshot had: for a while it tells what an account shows that has not heard yet that
  /// a call went elsewhere.
  void settle();

  /// Of the snapshot, until settle().
  std::size_t snapshot_bytes() const noexcept { return listed_.capacity() * sizeof(listed); }

  /// Of the calls that wait, about; without what the snapshot has yet to reach.
  std::size_t bytes() const noexcept { return bytes_; }

  /// How many calls the mirror holds, by switch, once everything is told.
  const counts_by_switch& held() const noexcept { return held_; }

private:
  struct listed {
    std::uint64_t serial;
    record_ptr record; ///< null: it is gone before its turn has come, or it is told
    const switch_identity* source;
    std::uint32_t revision; ///< the newest that was heard of
    bool told = false;      ///< or waits; or is none of these
    bool has = true;        ///< the mirror, once everything is told
  };

  /// A call that may have changed while a watcher was away.
  struct returning {
    record_ptr now;
    record_ptr last; ///< that it may have been told
    bool departed;   ///< and nothing is known of it where it went
  };

  struct waiting {
    record_ptr shown;   ///< the newest picture that is shown; null: none since it waits
    record_ptr gone;    ///< what it is since it is shown no more; null while it is
    bool held = false;  ///< the mirror has it
    bool sure = true;   ///< of that; not of one who comes back
    bool asked = false; ///< of an end
    std::size_t bytes = 0;
  };

  static told come(record_ptr call, bool fresh);
  void add(std::vector<record_ptr> calls, const std::vector<hidden_call>& hidden);
  void sort_listed();
  bool is_in_scope(const call_record& record) const;
  bool is_listed_as(const call_record& picture);
  void end_resume();
  void drop_listed();
  void let_go(const picture_change& change);
  void distrust(const switch_identity* of);
  void hear_of(const std::vector<returning>& calls);
  void come_back(const returning& call);
  listed* find_listed(std::uint64_t serial);
  void change_listed(listed& known, const picture_change& change, bool is);
  void change_known(listed& known, const picture_change& change, bool is);
  void change_waiting(waiting& known, const picture_change& change, bool is);
  waiting& wait(const picture_change& change, bool was, bool is);
  bool may_be_listed(const picture_change& change) const;
  void measure(waiting& one);
  template <class F>
  void drop_waiting(F is_dropped);

  call_query query_;
  directory_ptr directory_;
  std::size_t most_;
  std::vector<listed> listed_; ///< by serial
  std::size_t next_listed_ = 0;
  bool settled_ = false; ///< what an account tells now of a call that it has no more is not judged
  bool resumes_ = false; ///< what is listed the watcher has, until something is told
  std::uint64_t catch_up_ = 0;
  std::optional<switch_name> catching_up_;             ///< of this switch only
  std::unordered_map<std::uint64_t, waiting> waiting_; ///< by serial
  std::deque<std::uint64_t> order_;
  std::size_t bytes_ = 0;
  std::vector<const switch_identity*> distrusted_;
  counts_by_switch held_;
};

} // namespace rollcall
