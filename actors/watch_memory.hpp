#pragma once

#include "actors/defaults.hpp"

#include <cstddef>
#include <mutex>
#include <vector>

namespace rollcall {

class watch_share;

/// The bytes of calls that wait for the watchers of this node, all together: when there are more than may be,
/// the watcher for whom most wait gives way, and so on. Any thread. It outlives its shares.
class watch_memory {
public:
  void limit(std::size_t most);

  std::size_t bytes() const;

private:
  friend class watch_share;

  void make_room();

  mutable std::mutex mutex_; ///< guards what follows, and what is in the shares
  std::size_t most_ = defaults::watch_memory;
  std::size_t bytes_ = 0;
  std::vector<watch_share*> shares_;
};

/// What of it waits for one watcher. One thread at a time.
class watch_share {
public:
  explicit watch_share(watch_memory& of);
  ~watch_share();
  watch_share(const watch_share&) = delete;
  watch_share& operator=(const watch_share&) = delete;

  /// So many bytes wait for it now. False: it has to let them go, and to begin anew.
  bool set(std::size_t bytes);

  /// It lets go what waits for it.
  void release();

  bool gives_way() const;

private:
  friend class watch_memory;

  watch_memory& of_;
  std::size_t bytes_ = 0;
  bool gives_way_ = false; ///< its bytes are as good as free
};

} // namespace rollcall
