#pragma once

#include "actors/cluster_board.hpp"
#include "actors/messages.hpp"
#include "domain/calls/switch_claim.hpp"
#include "domain/directory/directory.hpp"

#include <caf/error.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// Who answered in a gathering, and who did not: what every kind of gathering keeps beside its parts. Part 0
/// is this node's own.
class attendance {
public:
  /// Begins with this node's claims as they are now: before it is asked.
  void begin(const node_id& own, switch_claims claims) { parts_.push_back({own, std::move(claims)}); }

  /// Another node has answered with these claims. Its part follows those that came before.
  void answered(std::string node, switch_claims claims) {
    parts_.push_back({node_id{std::move(node)}, std::move(claims)});
  }

  /// A node that is up and need not be asked makes these claims: what it has, others do not.
  void not_asked(std::string node, switch_claims claims) {
    not_asked_.push_back({node_id{std::move(node)}, std::move(claims)});
  }

  /// `claims`: as last heard.
  void missing(std::string node, switch_claims claims = {}) {
    missing_.push_back({node_id{std::move(node)}, std::move(claims)});
  }
  bool complete() const noexcept { return missing_.empty(); }

  /// What is to be told of answers of another node that is up: that its directory or its clock is another
  /// one.
  void note(const member_state& other);

  /// A node says itself that its directory is another one.
  void has_other_directory(const std::string& node);

  /// Whose calls count.
  claim_verdict verdict() const;
  const node_id& node(std::size_t part) const { return parts_[part].node; }

  /// True when a switch was connected to the node of another part, and not to that of this one.
  bool is_connected_elsewhere(const switch_name& of, std::size_t part) const;

  /// True when the node that has the switch, as far as known, is missing; or is not. Both are false for a
  /// switch that nobody has.
  bool is_home_missing(const switch_name& of) const;
  bool is_home_here(const switch_name& of) const;

  /// Names of the switches of `environment` that a missing node has, as far as known.
  std::set<std::string> homes_missing(environment_id environment) const;

  /// True when the node has answered, or is this one.
  bool has(const std::string& node) const;

  /// What an answer about the calls of `scope` says of itself.
  coverage covers(const claim_verdict& by, const directory& dir, customer_id scope) const;

  /// The error of an answer that must not be partial; `done`: what was done nevertheless.
  caf::error failure(std::string done = {}) const;

private:
  std::vector<std::string> missing_names() const;
  const node_claims* home(const switch_name& of) const;

  std::vector<node_claims> parts_;
  std::vector<node_claims> not_asked_;
  std::vector<node_claims> missing_;
  std::vector<std::string> other_directory_;
  std::vector<std::string> clock_offset_;
};

} // namespace rollcall
