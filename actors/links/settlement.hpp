#pragma once

#include <atomic>
#include <cstdint>

namespace rollcall {

/// Counts what a link has passed on and accounts do not show yet, so that the link hears when nothing of it
/// is left: a call that has none, and news of a snapshot or from another node. Any thread.
///
///   link: add() … await(); reached()?         call: settle(n) ──true──► link: reached()?
class settlement {
public:
  /// One more is passed on. Before whoever settles it can know of it.
  void add() noexcept { open_.fetch_add(1); }

  /// So many are shown. True when nothing is left and the link waits for that: it has to be told.
  bool settle(std::uint64_t shown) noexcept { return open_.fetch_sub(shown) == shown && awaited_; }

  /// The link wants to know when nothing is left.
  void await() noexcept { awaited_ = true; }

  /// It does not any more.
  void cancel_wait() noexcept { awaited_ = false; }

  /// True once after each await(), when nothing is left: also of what was added since, though an earlier
  /// settle() may have called.
  bool reached() noexcept { return open_ == 0 && awaited_.exchange(false); }

private:
  std::atomic<std::uint64_t> open_{0};
  std::atomic<bool> awaited_{false};
};

} // namespace rollcall
