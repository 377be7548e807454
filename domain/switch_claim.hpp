#pragma once

#include "domain/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rollcall {

/// What a node says of one switch whose calls it may have. When a switch moves, two nodes have its calls for
/// a moment, and for longer when they could not see each other: of two claims one wins, on every node alike.
struct switch_claim {
  switch_name name;
  environment_id environment;
  std::uint64_t term = 0; ///< grows with every connection of the switch to any node; 0: never connected
  bool whole = false;     ///< the node has every call that its predecessor had, or that the switch told of
  bool connected = false;
  bool verified = false; ///< connected, and its calls are all told

  friend bool operator==(const switch_claim&, const switch_claim&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, switch_claim& x) {
    return f(x.name, x.environment, x.term, x.whole, x.connected, x.verified);
  }
};

using switch_claims = std::vector<switch_claim>;

/// True when the claim `a` of node `a_of` wins over `b`. A claim that is not whole yields to any other, for
/// what it lacks is there; then the newer one wins.
bool wins(const switch_claim& a, const node_id& a_of, const switch_claim& b, const node_id& b_of);

/// The claims of one node, as they were before it told what it has.
struct node_claims {
  node_id node;
  switch_claims claims;
};

/// Whose calls count, switch by switch, among the nodes that answered.
class claim_verdict {
public:
  explicit claim_verdict(const std::vector<node_claims>& all);

  /// The switches whose calls do not count where node number `i` of `all` tells of them; sorted.
  const std::vector<switch_name>& superseded(std::size_t i) const { return superseded_[i]; }

  /// Names of the switches of `environment` whose calls may have changed unseen; sorted.
  std::vector<std::string> unverified(environment_id environment) const;

private:
  std::vector<std::vector<switch_name>> superseded_;
  std::vector<switch_claim> winners_; ///< by name
};

} // namespace rollcall
