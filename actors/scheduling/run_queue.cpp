#include "actors/scheduling/run_queue.hpp"

#include <algorithm>

namespace rollcall {

bool run_queue::put(std::span<const entry> jobs, from whom) {
  const std::lock_guard lock{mutex_};
  auto any_patient = false;
  for (const auto& one : jobs) {
    line_of(one.how).push_back(one.what);
    any_patient = any_patient || one.how == urgency::patient;
  }
  has_express_.store(!express_.empty(), std::memory_order_relaxed);
  switch (whom) {
  case from::outside:
    return ask_for_turn();
  case from::turn:
    return size() > 1 && ask_for_turn();
  case from::helper:
    return any_patient && ask_for_turn();
  }
  return false;
}

void run_queue::woken() {
  const std::lock_guard lock{mutex_};
  --asked_for_;
}

bool run_queue::begin_turn() {
  const std::lock_guard lock{mutex_};
  if (closed_ || size() == 0 || turns_ == most_turns_)
    return false;
  ++turns_;
  return true;
}

bool run_queue::end_turn() {
  const std::lock_guard lock{mutex_};
  --turns_;
  return size() > 0;
}

std::size_t run_queue::take(handful& into, bool& wake) {
  const std::lock_guard lock{mutex_};
  if (closed_ || size() == 0)
    return 0;
  auto& line = next_line();
  auto count = std::size_t{1};
  if (&line == &patient_)
    count = std::clamp<std::size_t>(patient_.size() / (2 * most_turns_), 1, most_at_once);
  for (std::size_t i = 0; i < count; ++i)
    into[i] = pop(line);
  wake = size() > 0 && ask_for_turn();
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
  return size() > 0 && ask_for_turn();
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
  if (closed_ || turns_ + asked_for_ >= most_turns_)
    return false;
  ++asked_for_;
  return true;
}

std::deque<run_queue::job>& run_queue::line_of(urgency how) {
  switch (how) {
  case urgency::express:
    return express_;
  case urgency::prompt:
    return prompt_;
  case urgency::patient:
    break;
  }
  return patient_;
}

std::deque<run_queue::job>& run_queue::next_line() {
  if (!patient_.empty() && urgent_in_a_row_ >= patience)
    return patient_;
  if (!express_.empty())
    return express_;
  if (!prompt_.empty() && (patient_.empty() || patient_in_a_row_ >= patience))
    return prompt_;
  return patient_;
}

run_queue::job run_queue::pop(std::deque<job>& line) {
  const auto first = line.front();
  line.pop_front();
  if (&line == &patient_) {
    ++patient_in_a_row_;
    urgent_in_a_row_ = 0;
  } else if (!patient_.empty()) {
    ++urgent_in_a_row_;
  }
  if (&line == &prompt_)
    patient_in_a_row_ = 0;
  if (&line == &express_)
    has_express_.store(!express_.empty(), std::memory_order_relaxed);
  return first;
}

} // namespace rollcall
