#pragma once

#include <chrono>
#include <thread>

namespace rollcall::testing {

/// Asks until what other threads bring about is there, for 10 s at most. True as soon as it is; it is not
/// asked again then, for asking may change it.
template <class Condition>
bool holds_soon(Condition condition) {
  for (int i = 0; i < 2'000; ++i) {
    if (condition())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return false;
}

} // namespace rollcall::testing
