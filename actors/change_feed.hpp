#pragma once

#include "actors/atoms.hpp"
#include "domain/base/random_number.hpp"
#include "domain/watch/change_log.hpp"

#include <caf/typed_actor.hpp>

#include <absl/container/inlined_vector.h>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// Who wants to know when a topic of the change log has something.
using news_reader_actor = caf::typed_actor<
    // There is something to read. From the account that has written it, once for each await().
    caf::reacts_to<atom::news>>;

/// The change log of this node, as its accounts write it and watchers read it. Any thread. A writer holds the
/// lock while it appends to the topic of each customer above that is watched; a reader holds it while it
/// copies most_at_once changes.
class change_feed {
public:
  using moment = change_log::moment;

  /// A place in the log from which one watcher reads.
  struct place {
    change_log::reader in_log;
    std::uint64_t generation = 0; ///< of what it was told
    std::uint64_t number = 0;     ///< of who waits
  };

  /// What a read has brought, besides changes.
  struct progress {
    bool lost = false;          ///< too much was not read, or what was told is wrong: begin anew
    bool more = false;          ///< there are more to read
    std::uint64_t position = 0; ///< of the last change of the node, when there are no more
    std::uint64_t log = 0;      ///< see id()
    directory_ptr dir;          ///< by which these were told
  };

  struct published {
    std::uint64_t position = 0;
    absl::InlinedVector<news_reader_actor, 2> woken; ///< to be told
  };

  /// Which log this is: another one after every start, and when what was told by it may be wrong.
  std::uint64_t id() const {
    const std::lock_guard lock{mutex_};
    return id_ + log_.generation();
  }

  directory_ptr dir() const {
    const std::lock_guard lock{mutex_};
    return log_.dir();
  }

  /// False while there is nobody to publish for. Without a lock, for every change of every call asks.
  bool watched() const noexcept { return watched_.load(std::memory_order_acquire); }

  published publish(const record_ptr& before, const record_ptr& after, moment now);

  /// A call has come from another account, and left one: see change_log.
  std::uint64_t publish_arrival(const record_ptr& record, moment now);
  published publish_departure(const record_ptr& shown, const record_ptr& arrived, moment now);

  /// A call that another node tells from now on.
  published publish_let_go(const record_ptr& call, moment now);

  void set_directory(directory_ptr dir) {
    const std::lock_guard lock{mutex_};
    log_.set_directory(std::move(dir));
  }
  void account_moved() {
    const std::lock_guard lock{mutex_};
    log_.account_moved();
  }
  void set_bounds(change_log::bounds most) {
    const std::lock_guard lock{mutex_};
    log_.set_bounds(most);
  }

  /// From here on everything below this customer can be read.
  place subscribe(customer_id scope, moment now);
  void leave(place& who, moment now);

  /// Appends the next changes to `out`.
  progress read(place& who, std::vector<picture_change>& out);

  /// Where the log is: what is gathered from accounts afterwards has everything up to there.
  std::uint64_t position() const {
    const std::lock_guard lock{mutex_};
    return log_.position();
  }

  /// False when there is something to read. Else `who` is told news, once.
  bool await(place& at, const news_reader_actor& who);

  /// How far `who` is behind.
  std::size_t behind(const place& who) const {
    const std::lock_guard lock{mutex_};
    return log_.behind(who.in_log);
  }

  bool reaches_back_to(std::uint64_t position) const {
    const std::lock_guard lock{mutex_};
    return log_.reaches_back_to(position);
  }

  /// Ends and leaves after that position; none when it does not reach back so far.
  struct kept {
    std::vector<picture_change> changes;
    std::vector<const switch_identity*> let_go; ///< what was told of these is void
  };
  std::optional<kept> kept_after(std::uint64_t position) const;

  static constexpr std::size_t most_at_once = 4096;

private:
  published published_at(std::uint64_t position, moment now);

  const std::uint64_t id_ = random_number();
  mutable std::mutex mutex_;
  std::atomic<bool> watched_{false};
  change_log log_;
  std::unordered_map<std::uint64_t, news_reader_actor> waiting_;
  std::uint64_t last_number_ = 0;
  std::vector<std::uint64_t> woken_; ///< kept for its memory
};

} // namespace rollcall
