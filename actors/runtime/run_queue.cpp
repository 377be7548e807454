#include "actors/runtime/run_queue.hpp"

#include <algorithm>

namespace rollcall {

bool run_queue::put(std::span<const entry> jobs, from whom, std::size_t lane) {
  const std::lock_guard lock{mutex_};
  const auto low_before = low_;
  for (const auto& one : jobs)
    switch (one.how) {
    case priority::high:
      high_.push_back(one.what);
      break;
    case priority::normal:
      normal_.push_back(one.what);
      break;
    case priority::low:
      lanes_[one.where == no_affinity ? lane : one.where % lanes_.size()].jobs.push_back(one.what);
      ++low_;
      break;
    }
  has_high_.store(!high_.empty(), std::memory_order_relaxed);
  switch (whom) {
  case from::outside:
    return ask_for_turn();
  case from::turn:
    return may_ask() && leaves_work(lane, clock_()) && ask_for_turn();
  case from::helper:
    return low_ > low_before && ask_for_turn();
  }
  return false;
}

void run_queue::woken() {
  const std::lock_guard lock{mutex_};
  --asked_for_;
}

bool run_queue::begin_turn(std::size_t lane, moment now) {
  const std::lock_guard lock{mutex_};
  if (closed_ || !has_work_for(lane, now))
    return false;
  ++turns_;
  lanes_[lane].in_turn = true;
  lanes_[lane].taken = now;
  return true;
}

void run_queue::end_turn(std::size_t lane) {
  const std::lock_guard lock{mutex_};
  --turns_;
  lanes_[lane].in_turn = false;
}

run_queue::rest run_queue::rest_for(std::size_t lane, moment now) {
  const std::lock_guard lock{mutex_};
  return closed_                   ? rest::none
         : has_work_for(lane, now) ? rest::here
         : low_ > 0                ? rest::elsewhere
                                   : rest::none;
}

std::size_t run_queue::take(handful& into, bool& wake, std::size_t lane, moment now) {
  const std::lock_guard lock{mutex_};
  if (closed_)
    return 0;
  auto* line = next_line(lane, now);
  if (!line)
    return 0;
  lanes_[lane].taken = now;
  const auto is_urgent = line == &high_ || line == &normal_;
  const auto count = is_urgent ? 1 : std::clamp<std::size_t>(line->size() / 2, 1, most_at_once);
  for (std::size_t i = 0; i < count; ++i)
    into[i] = pop(*line);
  wake = may_ask() && leaves_work(lane, now) && ask_for_turn();
  return count;
}

run_queue::job run_queue::take_urgent() {
  const std::lock_guard lock{mutex_};
  if (closed_)
    return nullptr;
  if (!high_.empty())
    return pop(high_);
  return normal_.empty() ? nullptr : pop(normal_);
}

run_queue::job run_queue::take_high() {
  if (!has_high_.load(std::memory_order_relaxed))
    return nullptr;
  const std::lock_guard lock{mutex_};
  return closed_ || high_.empty() ? nullptr : pop(high_);
}

bool run_queue::leave_rest() {
  const std::lock_guard lock{mutex_};
  return (!high_.empty() || !normal_.empty() || low_ > 0) && ask_for_turn();
}

void run_queue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
}

bool run_queue::at_rest() const {
  const std::lock_guard lock{mutex_};
  return turns_ == 0;
}

bool run_queue::ask_for_turn() {
  if (!may_ask())
    return false;
  ++asked_for_;
  return true;
}

/// Whose jobs of low priority the thread takes next; null when there are none for it.
run_queue::lane_state* run_queue::lane_for(std::size_t thread, moment now) {
  auto& own = lanes_[thread];
  auto* best = &own;
  for (auto& other : lanes_)
    if (other.jobs.size() > best->jobs.size()
        && (own.jobs.empty() ? needs_help(other, now) : other.jobs.size() > own.jobs.size() + lead))
      best = &other;
  return best->jobs.empty() ? nullptr : best;
}

/// True when its thread does not get soon to what is there.
bool run_queue::needs_help(const lane_state& one, moment now) {
  return !one.jobs.empty() && (!one.in_turn || one.jobs.size() > soon || now - one.taken > standstill);
}

bool run_queue::has_work_for(std::size_t thread, moment now) {
  return !high_.empty() || !normal_.empty() || (low_ > 0 && lane_for(thread, now));
}

/// True when there is something that neither this thread gets to soon, which is in its turn, nor another.
bool run_queue::leaves_work(std::size_t thread, moment now) const {
  const auto urgent = high_.size() + normal_.size();
  if (urgent > 1 || (urgent == 1 && !lanes_[thread].jobs.empty()))
    return true;
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& one) { return needs_help(one, now); });
}

std::deque<run_queue::job>* run_queue::next_line(std::size_t thread, moment now) {
  auto* lane = low_ > 0 ? lane_for(thread, now) : nullptr;
  if (lane && urgent_in_a_row_ >= most_in_a_row)
    return &lane->jobs;
  if (!high_.empty())
    return &high_;
  if (!normal_.empty() && (!lane || low_in_a_row_ >= most_in_a_row))
    return &normal_;
  return lane ? &lane->jobs : nullptr;
}

run_queue::job run_queue::pop(std::deque<job>& line) {
  const auto first = line.front();
  line.pop_front();
  if (&line == &high_ || &line == &normal_) {
    if (low_ > 0)
      ++urgent_in_a_row_;
  } else {
    --low_;
    ++low_in_a_row_;
    urgent_in_a_row_ = 0;
  }
  if (&line == &normal_)
    low_in_a_row_ = 0;
  if (&line == &high_)
    has_high_.store(!high_.empty(), std::memory_order_relaxed);
  return first;
}

} // namespace rollcall
