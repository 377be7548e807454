#include "domain/lists/merged_list.hpp"

#include "domain/lists/list_order.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

namespace rollcall {

merged_list::merged_list(const call_query& query, timestamp now, std::vector<merged_part> parts)
    : order_(query.order),
      offset_(query.offset),
      limit_(query.limit),
      now_(now),
      parts_(std::move(parts)),
      unread_(parts_.size()) {
  std::iota(unread_.begin(), unread_.end(), 0U);
  heap_.reserve(parts_.size());
}

row_source::step merged_list::next(call_row& row) {
  if (ended())
    return step::end;
  if (!find_next())
    return step::pending;
  if (heap_.empty()) {
    let_go();
    return step::end;
  }
  first_told_ = true;
  ++told_;
  const auto& first = heap_.front();
  row = {first.record, first.customer, now_of(parts_[first.part]), first.found};
  return step::row;
}

bool merged_list::wait(std::function<void()> ready) {
  const auto wanted = std::make_shared<const std::function<void()>>(std::move(ready));
  while (!ended()) {
    try {
      if (find_next())
        return false;
    } catch (...) { // failure_ has it, and next() throws it
      return false;
    }
    // Several may come at once, and one may have come since it was read: then it is read again, unless
    // another has been quicker to call already.
    const auto called = std::make_shared<std::atomic<bool>>(false);
    const auto call = [wanted, called] {
      if (!called->exchange(true) && *wanted)
        (*wanted)();
    };
    const auto waits = [&](std::uint32_t number) { return parts_[number].rows->wait(call); };
    const auto all_wait =
        started() ? waits(heap_.front().part) : std::all_of(unread_.begin(), unread_.end(), waits);
    if (all_wait || called->exchange(true))
      return true;
  }
  return false;
}

/// Reads what must be read before the next row can be told, if there is one: it is the heap's first then.
/// False while some of that is pending.
bool merged_list::find_next() {
  if (failure_)
    std::rethrow_exception(failure_);
  try {
    if (!started() && !start())
      return false;
    while (!first_told_ || replace_told()) {
      if (heap_.empty() || passed_ == offset_)
        return true;
      ++passed_;
      first_told_ = true;
    }
    return false;
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

/// The first row of each part.
bool merged_list::start() {
  for (auto at = unread_.begin(); at != unread_.end();) {
    candidate first;
    const auto what = read(*at, first);
    if (what == step::pending) {
      ++at;
      continue;
    }
    if (what == step::row)
      heap_.push_back(first);
    at = unread_.erase(at);
  }
  if (!started())
    return false;
  std::make_heap(heap_.begin(), heap_.end(), comes_later{});
  return true;
}

/// The row after the one that was told. Not sooner, for then the record that was told is gone.
bool merged_list::replace_told() {
  candidate with;
  const auto number = heap_.front().part;
  const auto what = read(number, with);
  if (what == step::pending)
    return false;
  first_told_ = false;
  if (what == step::end) {
    with = heap_.back();
    heap_.pop_back();
  }
  if (!heap_.empty())
    replace_first(heap_, with);
  return true;
}

row_source::step merged_list::read(std::uint32_t number, candidate& into) {
  auto& part = parts_[number];
  call_row row;
  for (;;) {
    const auto what = part.rows->next(row);
    if (what == step::end)
      part.rows.reset(); // whatever it holds is free while the others go on
    if (what != step::row)
      return what;
    const auto& without = part.without;
    if (!without.empty()
        && std::find(without.begin(), without.end(), row.record->source().name) != without.end())
      continue;
    into = {list_key(order_, row.record->setup(), *row.record, now_of(part)), row.record, row.customer,
            number, row.found};
    return step::row;
  }
}

/// True once there is nothing more to tell, whatever the parts still have.
bool merged_list::ended() {
  if (limit_ && told_ >= *limit_)
    let_go();
  return gone_;
}

/// Whoever still sends rows need not.
void merged_list::let_go() {
  gone_ = true;
  unread_.clear();
  heap_.clear();
  parts_.clear();
}

} // namespace rollcall
