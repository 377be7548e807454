#include "domain/lists/row_inbox.hpp"

#include <utility>

namespace rollcall {

row_inbox::row_inbox(node_id from, events tell) : from_(std::move(from)), tell_(std::move(tell)) {}

row_inbox::~row_inbox() { drop(); }

void row_inbox::push(std::string batch) {
  std::unique_lock lock{guard_};
  if (finished_ || failure_)
    return;
  batches_.push_back(std::move(batch));
  wake(std::move(lock));
}

void row_inbox::finish() {
  std::unique_lock lock{guard_};
  finished_ = true;
  wake(std::move(lock));
}

void row_inbox::fail(std::string why) {
  std::unique_lock lock{guard_};
  if (finished_ || failure_)
    return;
  failure_ = std::move(why);
  batches_.clear();
  wake(std::move(lock));
}

row_source::step row_inbox::next(call_row& row) {
  try {
    while (!rows_.next(current_, row.customer))
      switch (take_batch()) {
      case arrival::batch:
        break;
      case arrival::none:
        return step::pending;
      case arrival::end:
        drop();
        return step::end;
      }
  } catch (const malformed_rows& e) {
    fail(e.what());
    lose(e.what());
  }
  row.record = current_.get();
  row.found.reset(); // the record has what its node found
  return step::row;
}

bool row_inbox::wait(std::function<void()> ready) {
  if (!rows_.at_end())
    return false;
  const std::lock_guard lock{guard_};
  if (!batches_.empty() || finished_ || failure_)
    return false;
  ready_ = std::move(ready);
  return true;
}

row_inbox::arrival row_inbox::take_batch() {
  std::unique_lock lock{guard_};
  if (failure_) {
    const auto why = *failure_;
    lock.unlock();
    lose(why);
  }
  if (batches_.empty())
    return finished_ ? arrival::end : arrival::none;
  auto batch = std::move(batches_.front());
  batches_.pop_front();
  lock.unlock();
  rows_.begin(std::move(batch));
  if (tell_.taken)
    tell_.taken();
  return arrival::batch;
}

void row_inbox::lose(const std::string& why) {
  drop();
  throw list_lost{from_, why};
}

void row_inbox::drop() {
  {
    const std::lock_guard lock{guard_};
    finished_ = true;
    if (std::exchange(dropped_, true))
      return;
  }
  if (tell_.dropped)
    tell_.dropped();
}

/// Outside of the lock, for whoever waits may come back at once.
void row_inbox::wake(std::unique_lock<std::mutex> lock) {
  const auto ready = std::exchange(ready_, nullptr);
  lock.unlock();
  if (ready)
    ready();
}

} // namespace rollcall
