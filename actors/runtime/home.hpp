#pragma once

#include "actors/runtime/urgency.hpp"

#include <caf/abstract_actor.hpp>

#include <cstddef>
#include <cstdint>

namespace rollcall {

/// Actors of one home are run by one thread as long as it keeps up with them: what they touch then stays in
/// the caches of one core. From core to core a cache line may take as long as fetching it from memory does.
/// An actor without a home is run by whoever wakes it. Schedulers that know nothing of it run all alike.
using home = std::uint8_t;

constexpr home no_home = 0;

/// In an actor's flags, in bits that CAF does not use.
constexpr int home_shift = 17;
constexpr int homes = 64;
constexpr int flags_of_home = (homes - 1) << home_shift;
static_assert((flags_of_home & (flags_of_caf | flags_of_urgency)) == 0);

/// The actor's home is from now on that of all who settle at this place. Called by the actor as it runs.
inline void settle_at(caf::abstract_actor& self, std::size_t place) {
  const auto number = 1 + static_cast<int>((place * 0x9E37'79B9'7F4A'7C15U >> 32U) % (homes - 1));
  self.unsetf(flags_of_home);
  self.setf(number << home_shift);
}

inline home home_of(const caf::abstract_actor& actor) {
  auto result = no_home;
  for (int bit = 1; bit < homes; bit <<= 1)
    if (actor.getf(bit << home_shift))
      result = static_cast<home>(result | bit);
  return result;
}

} // namespace rollcall
