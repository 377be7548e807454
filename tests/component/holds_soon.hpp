#pragma once

#include <chrono>
#include <thread>

namespace rollcall::testing {

/// Asks until what other threads bring about is there, for 10 s at most. What it has become by then.
template <class Condition>
bool holds_soon(Condition condition) {
  for (int i = 0; i < 2'000 && !condition(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  return condition();
}

} // namespace rollcall::testing
