#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"
#include "domain/base/fan_in.hpp"
#include "domain/calls/switch_claim.hpp"
#include "domain/calls/switch_holders.hpp"
#include "domain/directory/directory.hpp"

#include <caf/error.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// The nodes of one request: who is asked, who has answered, and what they claim of switches. The answers
/// themselves are kept by its owner, as parts: part 0 is this node's, the others are in the order in which
/// they came.
class node_responses {
public:
  using party = fan_in::party;

  static constexpr party here = 0; ///< this node, which is never called missing

  /// Begins with this node as a party, its claims as they are now: before it is asked.
  void begin(const node_context& context);

  /// The other nodes as they are known.
  const cluster_view& view() const noexcept { return *view_; }

  /// Another node, which is up, is asked.
  party ask(const member_state& other);

  /// It should be asked, and cannot be.
  void leave_out(const member_state& other, std::string why);

  /// It is up and need not be asked: what it claims, others do not have.
  void not_asked(const member_state& other) { not_asked_.push_back(&other); }

  // What comes of a party, as fan_in has it. An answer is another part; `claims`: those of its node, before
  // it looked for what it answers.
  bool answered_here() { return nodes_.answered(here); }
  bool passed_on_here(std::uint64_t more) { return nodes_.passed_on(here, more); }
  bool answered(party who, switch_claims claims);
  bool failed(party who, std::string why) { return nodes_.failed(who, std::move(why)); }
  std::vector<party> give_up(const std::string& why) { return nodes_.give_up(why); }

  /// True when nobody is awaited.
  bool is_over() const noexcept { return nodes_.is_over(); }

  const fan_in::entry& node(party who) const { return nodes_.parties()[who]; }
  const switch_claims& own_claims() const { return parts_.front().claims; }
  const switch_claims& claims_of_part(std::size_t part) const { return parts_[part].claims; }
  const node_id& node_of_part(std::size_t part) const { return parts_[part].node; }

  /// No other node is missing.
  bool complete() const;

  /// A node says itself that its directory is another one.
  void has_other_directory(const std::string& node);

  /// Whose calls count.
  claim_verdict verdict() const;

  /// True when a switch was connected to the node of another part, and not to that of this one.
  bool is_connected_elsewhere(const switch_name& of, std::size_t part) const;

  /// True when the node that has the switch, as far as known, is missing; or is not. Both are false for a
  /// switch that nobody has.
  bool is_holder_missing(const switch_name& of) const { return holder(of) == presence::missing; }
  bool is_holder_here(const switch_name& of) const { return holder(of) == presence::here; }

  /// Names of the switches of `environment` that a missing node has, as far as known.
  std::set<std::string> switches_of_missing(environment_id environment) const;

  /// Who has the switches of `environment`: those of missing nodes as they were last heard.
  std::vector<switch_holder> holders(environment_id environment) const;

  /// True when the node has answered, or is this one.
  bool has(const std::string& node) const;

  /// What an answer about the calls of `scope` says of itself.
  coverage covers(const claim_verdict& by, const directory& dir, customer_id scope) const;

  /// The error of an answer that must not be partial; `done`: what was done nevertheless.
  caf::error failure(std::string done = {}) const;

private:
  enum class presence : std::uint8_t { nobody, here, missing };

  void note(const member_state& other);
  presence holder(const switch_name& of) const;
  std::vector<node_claims> known_claims() const;
  std::vector<const member_state*> missing() const;
  std::vector<std::string> missing_names() const;

  cluster_view_ptr view_;
  fan_in nodes_;
  std::vector<const member_state*> members_; ///< by party, in the view; null for this node
  std::vector<const member_state*> not_asked_;
  std::vector<node_claims> parts_;
  std::vector<std::string> other_directory_;
  std::vector<std::string> clock_offset_;
};

} // namespace rollcall
