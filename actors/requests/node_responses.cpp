#include "actors/requests/node_responses.hpp"

#include "actors/errors.hpp"
#include "actors/runtime/log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace rollcall {

void node_responses::begin(const node_context& context) {
  parts_.push_back({context.node, context.claims.all()});
  view_ = context.cluster.view();
  nodes_.expect(context.node.value());
  members_.push_back(nullptr);
}

node_responses::party node_responses::ask(const member_state& other) {
  note(other);
  members_.push_back(&other);
  return nodes_.expect(other.name);
}

void node_responses::leave_out(const member_state& other, std::string why) {
  members_.push_back(&other);
  nodes_.leave_out(other.name, std::move(why));
}

bool node_responses::answered(party who, switch_claims claims) {
  if (!nodes_.answered(who))
    return false;
  parts_.push_back({node_id{node(who).name}, std::move(claims)});
  return true;
}

bool node_responses::complete() const { return missing().empty(); }

/// Of the nodes that are here, those that answered first.
std::vector<node_claims> node_responses::known_claims() const {
  auto all = parts_;
  for (const auto* other : not_asked_)
    all.push_back({node_id{other->name}, other->claims});
  return all;
}

claim_verdict node_responses::verdict() const { return claim_verdict{known_claims()}; }

std::vector<switch_holder> node_responses::holders(environment_id environment) const {
  std::vector<node_claims> of_missing;
  for (const auto* other : missing())
    of_missing.push_back({node_id{other->name}, other->claims});
  return holders_of(known_claims(), of_missing, environment);
}

coverage node_responses::covers(const claim_verdict& by, const directory& dir, customer_id scope) const {
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

void node_responses::has_other_directory(const std::string& node) {
  const auto where = std::lower_bound(other_directory_.begin(), other_directory_.end(), node);
  if (where == other_directory_.end() || *where != node)
    other_directory_.insert(where, node);
}

/// What is to be told of answers of another node: that its directory or its clock is another one.
void node_responses::note(const member_state& other) {
  if (other.other_directory)
    has_other_directory(other.name);
  if (other.is_clock_off())
    clock_offset_.push_back(
        fmt::format("{} {:+.3f}", other.name, std::chrono::duration<double>{other.ahead}.count()));
}

bool node_responses::is_connected_elsewhere(const switch_name& of, std::size_t part) const {
  const auto connected = [&](const node_claims& one) {
    return std::any_of(one.claims.begin(), one.claims.end(),
                       [&](const switch_claim& claim) { return claim.connected && claim.name == of; });
  };
  return !connected(parts_[part]) && std::any_of(parts_.begin(), parts_.end(), connected);
}

node_responses::presence node_responses::holder(const switch_name& of) const {
  auto found = presence::nobody;
  std::string best_of;
  const switch_claim* best = nullptr;
  const auto look = [&](const std::string& node, const switch_claims& claims, presence is) {
    for (const auto& claim : claims)
      if (claim.name == of && claim.term != 0
          && (!best || wins(claim, node_id{node}, *best, node_id{best_of}))) {
        found = is;
        best_of = node;
        best = &claim;
      }
  };
  for (const auto& part : parts_)
    look(part.node.value(), part.claims, presence::here);
  for (const auto* other : not_asked_)
    look(other->name, other->claims, presence::here);
  for (const auto* other : missing())
    look(other->name, other->claims, presence::missing);
  return found;
}

std::set<std::string> node_responses::switches_of_missing(environment_id environment) const {
  std::set<std::string> names;
  for (const auto* other : missing())
    for (const auto& claim : other->claims)
      if (claim.environment == environment && is_holder_missing(claim.name))
        names.insert(claim.name.value());
  return names;
}

bool node_responses::has(const std::string& node) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const node_claims& one) { return one.node.value() == node; });
}

std::vector<const member_state*> node_responses::missing() const {
  std::vector<const member_state*> all;
  for (party who = here + 1; who < members_.size(); ++who)
    if (nodes_.is_missing(who))
      all.push_back(members_[who]);
  return all;
}

std::vector<std::string> node_responses::missing_names() const {
  std::vector<std::string> names;
  for (const auto* other : missing())
    names.push_back(other->name);
  std::sort(names.begin(), names.end());
  return names;
}

caf::error node_responses::failure(std::string done) const {
  std::string text;
  for (const auto& name : missing_names())
    text.append(text.empty() ? "" : ", ").append(name);
  if (done.empty())
    return caf::make_error(ec::node_missing, std::move(text));
  return caf::make_error(ec::node_missing, std::move(text), std::move(done));
}

} // namespace rollcall
