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
  result.missing = missing_names();
  return result;
}

bool attendance::is_connected_elsewhere(const switch_name& of, std::size_t part) const {
  const auto connected = [&](const node_claims& one) {
    return std::any_of(one.claims.begin(), one.claims.end(),
                       [&](const switch_claim& claim) { return claim.connected && claim.name == of; });
  };
  return !connected(parts_[part]) && std::any_of(parts_.begin(), parts_.end(), connected);
}

bool attendance::is_home_missing(const switch_name& of) const {
  const node_claims* home = nullptr;
  const switch_claim* best = nullptr;
  for (const auto* some : {&parts_, &not_asked_, &missing_})
    for (const auto& one : *some)
      for (const auto& claim : one.claims)
        if (claim.name == of && claim.term != 0 && (!best || wins(claim, one.node, *best, home->node))) {
          home = &one;
          best = &claim;
        }
  return std::any_of(missing_.begin(), missing_.end(), [&](const node_claims& one) { return &one == home; });
}

std::vector<std::string> attendance::missing_names() const {
  std::vector<std::string> names;
  for (const auto& one : missing_)
    names.push_back(one.node.value());
  std::sort(names.begin(), names.end());
  return names;
}

caf::error attendance::failure(std::string done) const {
  std::string text;
  for (const auto& name : missing_names())
    text.append(text.empty() ? "" : ", ").append(name);
  if (done.empty())
    return caf::make_error(ec::node_missing, std::move(text));
  return caf::make_error(ec::node_missing, std::move(text), std::move(done));
}

} // namespace rollcall
