#pragma once

#include "domain/base/time.hpp"
#include "transport/metrics/directory_source.hpp"

#include <mutex>
#include <optional>

namespace rollcall {

/// How the directory that is served stands to the database that is followed, if one is. Any thread.
class directory_status {
public:
  using state = enum directory_source::state;

  /// Enters a state; true when it is another one than before.
  bool set(state next) {
    const std::lock_guard lock{mutex_};
    if (source_ && source_->state == next)
      return false;
    source_ = directory_source{next, system_now()};
    return true;
  }

  /// None as long as no state was ever entered: no database is followed.
  std::optional<directory_source> look() const {
    const std::lock_guard lock{mutex_};
    return source_;
  }

  bool away() const {
    const auto source = look();
    return source && source->state == state::away;
  }

private:
  mutable std::mutex mutex_;
  std::optional<directory_source> source_;
};

} // namespace rollcall
