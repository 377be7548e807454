#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// The epochs of feed.md are below this.
constexpr std::uint64_t epoch_bound = std::uint64_t{1} << 63;

/// No term is higher, whoever tells it. From the highest epoch on there are more to go than a switch can
/// connect: only a node that errs tells of a higher one.
constexpr std::uint64_t highest_term = epoch_bound + (epoch_bound >> 1);

/// The term of a new connection with this epoch: higher than `above`, which another node tells of, and than
/// `own`, this node's last; never lower by being higher than a number can be.
std::uint64_t next_term(std::uint64_t epoch, std::uint64_t above, std::uint64_t own) noexcept;

/// What a node says of one switch whose calls it may have. When a switch moves, two nodes have its calls for
/// a moment, and for longer when they could not see each other: of two claims one wins, on every node alike.
struct switch_claim {
  switch_name name;
  environment_id environment;
  std::uint64_t term = 0; ///< grows with every connection of the switch to any node; 0: never connected
  bool whole = false;     ///< the node has every call that its predecessor had, or that the switch told of
  bool connected = false;
  bool verified = false; ///< connected, and its calls are all told
  bool told = false;     ///< the switch has told all its calls once, here or where they were taken over from
  /// Since when its presence (see there) is this, or its newest connection came; microseconds since the epoch
  /// by the clock of the node, 0: not known.
  std::int64_t since = 0;

  friend bool operator==(const switch_claim&, const switch_claim&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, switch_claim& x) {
    return f(x.name, x.environment, x.term, x.whole, x.connected, x.verified, x.told, x.since);
  }
};

using switch_claims = std::vector<switch_claim>;

/// How a switch is to be told of in one word.
enum class switch_presence : std::uint8_t {
  connected,
  lost,    ///< its connection is gone: its calls are as it told them last
  unknown, ///< it has not told all its calls yet, connected or not
};

switch_presence presence_of(const switch_claim& claim);

/// `connected`, `lost`, `unknown`.
std::string_view to_string(switch_presence presence);

/// The claim with its `since`: that of the claim before, or `now` when the presence is another one, or the
/// connection (the term).
switch_claim dated(switch_claim fresh, const switch_claim& before, timestamp now);

/// True when the claim `a` of node `a_of` wins over `b`. A claim that is not whole yields to any other, for
/// what it lacks is there. Then the node that the switch is connected to knows better than any that it has
/// left, whatever their terms: these count what a node has heard of, and where some cannot hear each other a
/// lost connection may have the higher one. Then the newer one wins. A strict order over claims of different
/// nodes.
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

  /// The claim that wins, of each switch; by name. `node` is the number of its node.
  struct winner {
    std::size_t node;
    switch_claim claim;
  };
  const std::vector<winner>& winners() const { return winners_; }

  /// Names of the switches of `environment` whose calls nobody of these nodes knows yet; sorted.
  std::vector<std::string> unknown(environment_id environment) const;

  /// Names of the switches of `environment` whose calls may have changed unseen; sorted.
  std::vector<std::string> unverified(environment_id environment) const;

private:
  std::vector<std::vector<switch_name>> superseded_;
  std::vector<winner> winners_; ///< by name
};

} // namespace rollcall
