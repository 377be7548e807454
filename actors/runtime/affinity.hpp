#pragma once

#include "actors/runtime/priority.hpp"

#include <caf/abstract_actor.hpp>

#include <cstddef>
#include <cstdint>

namespace rollcall {

/// Actors of one affinity are run by one thread as long as it keeps up with them: what they touch then stays
/// in the caches of one core. From core to core a cache line may take as long as fetching it from memory
/// does. An actor without one is run by whoever wakes it. Schedulers that know nothing of it run all alike.
using affinity = std::uint8_t;

constexpr affinity no_affinity = 0;

/// In an actor's flags, in bits that CAF does not use.
constexpr int affinity_shift = 17;
constexpr int affinities = 64;
constexpr int flags_of_affinity = (affinities - 1) << affinity_shift;
static_assert((flags_of_affinity & (flags_of_caf | flags_of_priority)) == 0);

/// The actor has the affinity of this key from now on. Called by the actor as it runs.
inline void set_affinity(caf::abstract_actor& self, std::size_t key) {
  const auto number = 1 + static_cast<int>((key * 0x9E37'79B9'7F4A'7C15U >> 32U) % (affinities - 1));
  self.unsetf(flags_of_affinity);
  self.setf(number << affinity_shift);
}

inline affinity affinity_of(const caf::abstract_actor& actor) {
  auto result = no_affinity;
  for (int bit = 1; bit < affinities; bit <<= 1)
    if (actor.getf(bit << affinity_shift))
      result = static_cast<affinity>(result | bit);
  return result;
}

} // namespace rollcall
