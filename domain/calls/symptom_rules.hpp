#pragma once

#include "domain/base/time.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/calls/symptoms.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rollcall {

/// From when on a call is suspect: `[suspect]`. 0: never.
struct symptom_limits {
  std::chrono::microseconds setup{std::chrono::seconds{120}};        ///< before Connected for longer
  std::chrono::microseconds age{std::chrono::hours{4}};              ///< older
  std::chrono::microseconds disconnecting{std::chrono::seconds{60}}; ///< since it was hung up
  std::chrono::microseconds unverified{std::chrono::minutes{5}};     ///< since its switch was lost
  bool no_media = true;                                              ///< false: never

  friend bool operator==(const symptom_limits&, const symptom_limits&) = default;
};

/// The symptoms of a call at the moment `now`. `lost` is when the connection of its switch was lost, unknown
/// while there is one whose snapshot has ended. A moment ahead of `now` (another clock) is no symptom, nor is
/// one that is not known. A call that is over has none. Nothing is hung up for any of them.
symptoms symptoms_of(const call_record& call, timestamp lost, timestamp now, const symptom_limits& limits);

/// What is needed to look at any call of a node: its limits, and its switches that are lost. Immutable.
class symptom_rules {
public:
  /// Switches (interned) that are lost, each with the moment of that. Most of the time there are none.
  using lost_switches = std::vector<std::pair<const switch_identity*, timestamp>>;

  symptom_rules(const symptom_limits& limits, lost_switches lost);

  const symptom_limits& limits() const noexcept { return limits_; }

  symptoms of(const call_record& call, timestamp now) const;

private:
  symptom_limits limits_;
  lost_switches lost_; ///< by address
};

using symptom_rules_ptr = std::shared_ptr<const symptom_rules>;

/// How many calls there are of each symptom, and how many that rollcall has hung up are still there.
struct symptom_counts {
  std::array<std::uint64_t, symptom_count> calls{}; ///< indexed by symptom; one call may have several
  std::uint64_t unconfirmed = 0;                    ///< hang-ups
  timestamp oldest;                                 ///< of these; unknown: there is none

  void add(const call_record& call, symptoms found);
  symptom_counts& operator+=(const symptom_counts& more);
  bool none() const { return *this == symptom_counts{}; }

  friend bool operator==(const symptom_counts&, const symptom_counts&) = default;
};

} // namespace rollcall
