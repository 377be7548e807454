/// How far the machine's processors are from each other: what it takes to hand a cache line from the first to
/// the second, in nanoseconds. Virtual processors may lie on cores that share a cache at one moment and on
/// cores that do not at the next, and what actors say to each other costs several times as much then.
///
/// peer_core_distance prints it as JSON: the least of some tries, as whoever is interrupted meanwhile says
/// nothing of the distance.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <pthread.h>
#include <sched.h>
#include <thread>

namespace {

constexpr unsigned rounds_of_a_try = 100;
constexpr unsigned tries = 200;
constexpr std::size_t apart = 128; // no processor fetches more at once

alignas(apart) std::atomic<unsigned> ball{0};

void stay_on(int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  pthread_setaffinity_np(pthread_self(), sizeof only, &only);
}

/// Waits for the ball to be `from`, and passes it on as the next number.
void pass(unsigned from) {
  while (ball.load(std::memory_order_acquire) != from) {
  }
  ball.store(from + 1, std::memory_order_release);
}

} // namespace

int main() {
  using clock = std::chrono::steady_clock;
  if (std::thread::hardware_concurrency() < 2)
    return std::puts("{\"nanoseconds\": 0}"), 0;
  std::thread other{[] {
    stay_on(1);
    for (unsigned n = 0; n < tries * rounds_of_a_try; ++n)
      pass(2 * n + 1);
  }};
  stay_on(0);
  auto least = clock::duration::max();
  for (unsigned n = 0; n < tries; ++n) {
    const auto began = clock::now();
    for (unsigned round = 0; round < rounds_of_a_try; ++round)
      pass(2 * (n * rounds_of_a_try + round));
    least = std::min(least, clock::now() - began);
  }
  other.join();
  std::printf("{\"nanoseconds\": %.0f}\n",
              std::chrono::duration<double, std::nano>(least).count() / (2 * rounds_of_a_try));
}
