#include "actors/claim_table.hpp"

#include <utility>

namespace rollcall {

void claim_table::set(const switch_identity* of, switch_claim claim, bool keeps_hang_ups) {
  entry fresh{std::move(claim), keeps_hang_ups};
  {
    const std::lock_guard lock{mutex_};
    auto& known = claims_[of];
    if (known == fresh)
      return;
    known = std::move(fresh);
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
  for (const auto& [identity, own] : claims_)
    result.push_back(own.claim);
  return result;
}

std::vector<switch_name> claim_table::keeping_hang_ups() const {
  const std::lock_guard lock{mutex_};
  std::vector<switch_name> result;
  for (const auto& [identity, own] : claims_)
    if (own.keeps_hang_ups)
      result.push_back(own.claim.name);
  return result;
}

} // namespace rollcall
