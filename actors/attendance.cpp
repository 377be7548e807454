#include "actors/attendance.hpp"

#include "actors/errors.hpp"

#include <algorithm>

namespace rollcall {

claim_verdict attendance::verdict() const {
  auto all = parts_;
  all.insert(all.end(), not_asked_.begin(), not_asked_.end());
  return claim_verdict{all};
}

coverage attendance::covers(const claim_verdict& by, const directory& dir, customer_id scope) const {
  coverage result;
  if (const auto* whose = dir.find(scope))
    result.unverified = by.unverified(whose->environment);
  result.missing = missing_;
  std::sort(result.missing.begin(), result.missing.end());
  return result;
}

bool attendance::is_connected_elsewhere(const switch_name& of, std::size_t part) const {
  const auto connected = [&](const node_claims& one) {
    return std::any_of(one.claims.begin(), one.claims.end(),
                       [&](const switch_claim& claim) { return claim.connected && claim.name == of; });
  };
  return !connected(parts_[part]) && std::any_of(parts_.begin(), parts_.end(), connected);
}

caf::error attendance::failure(std::string done) const {
  auto names = missing_;
  std::sort(names.begin(), names.end());
  std::string text;
  for (const auto& name : names)
    text.append(text.empty() ? "" : ", ").append(name);
  if (done.empty())
    return caf::make_error(ec::node_missing, std::move(text));
  return caf::make_error(ec::node_missing, std::move(text), std::move(done));
}

} // namespace rollcall
