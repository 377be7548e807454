#pragma once

#include <cstdint>
#include <random>

namespace rollcall::kamailio {

/// Where the numbers of JSON-RPC requests begin: integers of 32 bits, those of snapshots below those of
/// hang-ups.
struct request_numbers {
  std::uint64_t snapshots = 1;
  std::uint64_t hang_ups = 1U << 30U;

  /// That nobody can guess: an answer to a request of a connection before, which comes late into this one, is
  /// none to anything that this one has asked.
  static request_numbers unguessable() {
    constexpr std::uint32_t first_of_hang_ups = 1U << 30U;
    std::random_device random;
    std::uniform_int_distribution<std::uint32_t> below{1, first_of_hang_ups / 2 - 1};
    return {below(random), first_of_hang_ups + below(random)};
  }
};

} // namespace rollcall::kamailio
