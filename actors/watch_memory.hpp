#pragma once

#include "actors/defaults.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <vector>

namespace rollcall {

class watch_share;

/// What the watchers of this node take together: bytes of calls that wait for them, and of snapshots that
/// they have yet to tell, each of these bounded. Of waiting calls the watcher for whom most wait gives way,
/// and so on; a snapshot is not begun while there is no room. Any thread. It outlives its shares.
class watch_memory {
public:
  using moment = std::chrono::steady_clock::time_point;

  void limit(std::size_t most);

  /// Of calls that wait.
  std::size_t bytes() const;

  /// Changes of the node that the watcher which is farthest behind has not read.
  std::size_t lag() const;

private:
  friend class watch_share;

  void make_room();
  void ask_for_room(moment now);

  mutable std::mutex mutex_; ///< guards what follows, and what is in the shares
  std::size_t most_ = defaults::watch_memory;
  std::size_t bytes_ = 0;
  std::size_t snapshots_ = 0; ///< bytes
  std::size_t gathering_ = 0; ///< snapshots that are on their way here: their size is not known yet
  std::vector<watch_share*> shares_;
};

/// What of it one watcher has. One thread at a time.
class watch_share {
public:
  using moment = watch_memory::moment;

  explicit watch_share(watch_memory& of);
  ~watch_share();
  watch_share(const watch_share&) = delete;
  watch_share& operator=(const watch_share&) = delete;

  /// So many bytes wait for it now. False: it has to let them go, and to begin anew.
  bool set(std::size_t bytes);

  /// True when it may gather a snapshot now. Else it is to ask again: somebody who does not read his is had
  /// to give way.
  bool begin_snapshot(moment now);

  /// The snapshot is gathered; so many bytes of it are kept.
  void set_snapshot(std::size_t bytes);

  /// Its reader asks for more.
  void asked(moment now);

  /// So many changes it has not read.
  void set_behind(std::size_t changes);

  /// It lets go what waits for it, and its snapshot.
  void release();

  bool gives_way() const;

private:
  friend class watch_memory;

  void drop_snapshot();

  watch_memory& of_;
  std::size_t bytes_ = 0;
  std::size_t snapshot_ = 0;
  std::size_t behind_ = 0;
  bool gathers_ = false;
  bool gives_way_ = false; ///< what it has is as good as free
  moment asked_;
};

} // namespace rollcall
