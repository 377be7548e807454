#include "actors/runtime/run_queue.hpp"

#include <algorithm>

namespace rollcall {

bool run_queue::put(std::span<const entry> jobs, from whom, std::size_t lane) {
  const std::lock_guard lock{mutex_};
  const auto patient_before = patient_;
  for (const auto& one : jobs)
    switch (one.how) {
    case urgency::express:
      express_.push_back(one.what);
      break;
    case urgency::prompt:
      prompt_.push_back(one.what);
      break;
    case urgency::patient:
      lanes_[one.where == no_home ? lane : one.where % lanes_.size()].jobs.push_back(one.what);
      ++patient_;
      break;
    }
  has_express_.store(!express_.empty(), std::memory_order_relaxed);
  switch (whom) {
  case from::outside:
    return ask_for_turn();
  case from::turn:
    return may_ask() && leaves_work(lane, clock_()) && ask_for_turn();
  case from::helper:
    return patient_ > patient_before && ask_for_turn();
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
         : patient_ > 0            ? rest::elsewhere
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
  const auto is_urgent = line == &express_ || line == &prompt_;
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
  if (!express_.empty())
    return pop(express_);
  return prompt_.empty() ? nullptr : pop(prompt_);
}

run_queue::job run_queue::take_express() {
  if (!has_express_.load(std::memory_order_relaxed))
    return nullptr;
  const std::lock_guard lock{mutex_};
  return closed_ || express_.empty() ? nullptr : pop(express_);
}

bool run_queue::leave_rest() {
  const std::lock_guard lock{mutex_};
  return (!express_.empty() || !prompt_.empty() || patient_ > 0) && ask_for_turn();
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

/// Whose patient jobs the thread takes next; null when there are none for it.
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
  return !express_.empty() || !prompt_.empty() || (patient_ > 0 && lane_for(thread, now));
}

/// True when there is something that neither this thread gets to soon, which is in its turn, nor another.
bool run_queue::leaves_work(std::size_t thread, moment now) const {
  const auto urgent = express_.size() + prompt_.size();
  if (urgent > 1 || (urgent == 1 && !lanes_[thread].jobs.empty()))
    return true;
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& one) { return needs_help(one, now); });
}

std::deque<run_queue::job>* run_queue::next_line(std::size_t thread, moment now) {
  auto* lane = patient_ > 0 ? lane_for(thread, now) : nullptr;
  if (lane && urgent_in_a_row_ >= patience)
    return &lane->jobs;
  if (!express_.empty())
    return &express_;
  if (!prompt_.empty() && (!lane || patient_in_a_row_ >= patience))
    return &prompt_;
  return lane ? &lane->jobs : nullptr;
}

run_queue::job run_queue::pop(std::deque<job>& line) {
  const auto first = line.front();
  line.pop_front();
  if (&line == &express_ || &line == &prompt_) {
    if (patient_ > 0)
      ++urgent_in_a_row_;
  } else {
    --patient_;
    ++patient_in_a_row_;
    urgent_in_a_row_ = 0;
  }
  if (&line == &prompt_)
    patient_in_a_row_ = 0;
  if (&line == &express_)
    has_express_.store(!express_.empty(), std::memory_order_relaxed);
  return first;
}

} // namespace rollcall
