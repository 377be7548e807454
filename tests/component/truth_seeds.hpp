#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace rollcall::testing {

/// What is shown or counted is not so.
struct untrue : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void insist(bool truth, const std::string& lie) {
  if (!truth)
    throw untrue{lie};
}

/// Lets a run live for each seed from 1 on, for 12 s or as long as $ROLLCALL_TRUTH_SECONDS says, and fails
/// with the seed of the first that finds an untruth. $ROLLCALL_TRUTH_SEED replays one.
template <class Run>
void live_all_seeds() {
  const auto* longer = std::getenv("ROLLCALL_TRUTH_SECONDS");
  const std::chrono::seconds budget{longer ? std::atoi(longer) : 12};
  const auto* only = std::getenv("ROLLCALL_TRUTH_SEED");
  const std::uint64_t first = only ? std::strtoull(only, nullptr, 10) : 1;
  const auto began = std::chrono::steady_clock::now();
  auto seed = first;
  do {
    try {
      Run{seed}.live();
    } catch (const untrue& lie) {
      FAIL("ROLLCALL_TRUTH_SEED=" << seed << ": " << std::string{lie.what()});
    }
    ++seed;
  } while (!only && std::chrono::steady_clock::now() - began < budget);
  MESSAGE((seed - first) << " seeds");
}

} // namespace rollcall::testing
