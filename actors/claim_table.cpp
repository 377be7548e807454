#include "actors/claim_table.hpp"

#include <utility>

namespace rollcall {

void claim_table::set(const switch_identity* of, switch_claim claim) {
  {
    const std::lock_guard lock{mutex_};
    auto& known = claims_[of];
    if (known == claim)
      return;
    known = std::move(claim);
  }
  if (on_change)
    on_change();
}

void claim_table::remove(const switch_identity* of) {
  {
    const std::lock_guard lock{mutex_};
    if (claims_.erase(of) == 0)
      return;
  }
  if (on_change)
    on_change();
}

switch_claims claim_table::all() const {
  const std::lock_guard lock{mutex_};
  switch_claims result;
  result.reserve(claims_.size());
  for (const auto& [identity, claim] : claims_)
    result.push_back(claim);
  return result;
}

} // namespace rollcall
