#include "actors/requests/attendance.hpp"

#include "actors/errors.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>
#include <chrono>

namespace rollcall {

claim_verdict attendance::verdict() const {
  auto all = parts_;
  all.insert(all.end(), not_asked_.begin(), not_asked_.end());
  return claim_verdict{all};
}

coverage attendance::covers(const claim_verdict& by, const directory& dir, customer_id scope) const {
  coverage result;
  if (const auto* whose = dir.find(scope)) {
    result.unverified = by.unverified(whose->environment);
    result.unknown = by.unknown(whose->environment);
  }
  result.missing = missing_names();
  result.other_directory = other_directory_;
  result.clock_offset = clock_offset_;
  return result;
}

void attendance::has_other_directory(const std::string& node) {
  const auto where = std::lower_bound(other_directory_.begin(), other_directory_.end(), node);
  if (where == other_directory_.end() || *where != node)
    other_directory_.insert(where, node);
}

void attendance::note(const member_state& other) {
  if (!other.up)
    return;
  if (other.other_directory)
    has_other_directory(other.name);
  if (other.is_clock_off())
    clock_offset_.push_back(
        fmt::format("{} {:+.3f}", other.name, std::chrono::duration<double>{other.ahead}.count()));
}

bool attendance::is_connected_elsewhere(const switch_name& of, std::size_t part) const {
  const auto connected = [&](const node_claims& one) {
    return std::any_of(one.claims.begin(), one.claims.end(),
                       [&](const switch_claim& claim) { return claim.connected && claim.name == of; });
  };
  return !connected(parts_[part]) && std::any_of(parts_.begin(), parts_.end(), connected);
}

const node_claims* attendance::home(const switch_name& of) const {
  const node_claims* home = nullptr;
  const switch_claim* best = nullptr;
  for (const auto* some : {&parts_, &not_asked_, &missing_})
    for (const auto& one : *some)
      for (const auto& claim : one.claims)
        if (claim.name == of && claim.term != 0 && (!best || wins(claim, one.node, *best, home->node))) {
          home = &one;
          best = &claim;
        }
  return home;
}

bool attendance::is_home_missing(const switch_name& of) const {
  const auto* at = home(of);
  return std::any_of(missing_.begin(), missing_.end(), [&](const node_claims& one) { return &one == at; });
}

bool attendance::is_home_here(const switch_name& of) const { return home(of) && !is_home_missing(of); }

std::set<std::string> attendance::homes_missing(environment_id environment) const {
  std::set<std::string> names;
  for (const auto& one : missing_)
    for (const auto& claim : one.claims)
      if (claim.environment == environment && is_home_missing(claim.name))
        names.insert(claim.name.value());
  return names;
}

bool attendance::has(const std::string& node) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const node_claims& one) { return one.node.value() == node; });
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
