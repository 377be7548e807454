#pragma once

#include "domain/calls/switch_claim.hpp"
#include "domain/calls/switch_identity.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// What this node claims of each of its switches. Links keep it; every answer about calls comes with a
/// picture of it that was taken before its calls were gathered. Any thread.
class claim_table {
public:
  /// Is called after every change, on the thread that made it; must not block. Set before the first link.
  std::function<void()> on_change;

  /// `of` is interned. `keeps_hang_ups`: it has some for another node, which may have the switch.
  void set(const switch_identity* of, switch_claim claim, bool keeps_hang_ups = false);
  void remove(const switch_identity* of);

  switch_claims all() const;

  /// The switches whose hang-ups this node keeps until another node has taken them.
  std::vector<switch_name> keeping_hang_ups() const;

private:
  struct entry {
    switch_claim claim;
    bool keeps_hang_ups = false;
    friend bool operator==(const entry&, const entry&) = default;
  };

  mutable std::mutex mutex_;
  std::unordered_map<const switch_identity*, entry> claims_;
};

} // namespace rollcall
