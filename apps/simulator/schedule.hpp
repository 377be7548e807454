#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace rollcall {

/// What is due when, for very many calls: a binary heap of 16-byte entries. Cancelling is left to the owner,
/// who recognises an entry whose turn has passed. One thread.
class sim_schedule {
public:
  struct entry {
    std::chrono::microseconds due;
    std::uint32_t slot;
    std::uint32_t turn;
  };

  bool empty() const noexcept { return heap_.empty(); }
  const entry& next() const noexcept { return heap_.front(); }

  void add(entry e) {
    heap_.push_back(e);
    std::push_heap(heap_.begin(), heap_.end(), later{});
  }

  void drop_next() {
    std::pop_heap(heap_.begin(), heap_.end(), later{});
    heap_.pop_back();
  }

private:
  // Equal times go by slot, so that the order never depends on the library's heap.
  struct later {
    bool operator()(const entry& a, const entry& b) const noexcept {
      return a.due != b.due ? a.due > b.due : a.slot != b.slot ? a.slot > b.slot : a.turn > b.turn;
    }
  };

  std::vector<entry> heap_;
};

} // namespace rollcall
