#pragma once

#include "domain/base/time.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/lists/call_query.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rollcall {

/// What decides first where a call stands in a list of this order: the lower, the earlier. Calls of the same
/// key go by_setup. `setup` is the record's, which is looked at for its duration alone; `now` is the moment
/// for which running times are told.
inline std::int64_t list_key(call_order order, timestamp setup, const call_record& record,
                             timestamp now) noexcept {
  switch (order) {
  case call_order::oldest_first:
    return setup.time_since_epoch().count();
  case call_order::oldest_last:
    return -setup.time_since_epoch().count();
  case call_order::longest_first:
    return -record.duration(now).count();
  case call_order::longest_last:
    break;
  }
  return record.duration(now).count();
}

/// True when `a` comes after `b` in a list: the order in which std heaps and backward sorts want their
/// elements. A candidate has the `key` of its `record`, which is a pointer.
struct comes_later {
  template <class Candidate>
  bool operator()(const Candidate& a, const Candidate& b) const noexcept {
    return a.key != b.key ? a.key > b.key : by_setup{}(*b.record, *a.record);
  }
};

/// What pop_heap and push_heap would do with a heap of candidates, in one go. The first one is not looked at.
template <class Candidate>
void replace_first(std::vector<Candidate>& heap, const Candidate& with) noexcept {
  constexpr comes_later later;
  const auto size = heap.size();
  std::size_t hole = 0;
  for (auto child = std::size_t{1}; child < size; child = 2 * hole + 1) {
    if (child + 1 < size && later(heap[child], heap[child + 1]))
      ++child;
    if (!later(with, heap[child]))
      break;
    heap[hole] = heap[child];
    hole = child;
  }
  heap[hole] = with;
}

} // namespace rollcall
