#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rollcall {

/// What is remembered of a node that was once a member of the cluster. Nodes tell it each other, and keep it
/// over restarts: who knew a node by hearsay misses it still. Times are microseconds since the epoch.
struct known_member {
  std::string node;
  std::string address;
  std::int64_t seen = 0;      ///< when it was last met by anybody
  std::int64_t forgotten = 0; ///< when somebody wanted it to be forgotten; 0: never

  friend bool operator==(const known_member&, const known_member&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, known_member& x) {
    return f(x.node, x.address, x.seen, x.forgotten);
  }
};

using known_members = std::vector<known_member>;

/// The members of a cluster that one node remembers. Of what two nodes say of a third the later counts, so
/// that all agree whatever they hear first. Bounded; one thread at a time.
class member_memory {
public:
  static constexpr std::size_t most = 256;       ///< beyond these, nobody else is remembered
  static constexpr std::size_t text_bytes = 300; ///< of a name or an address; a longer one is no member
  static constexpr std::chrono::hours kept{72};  ///< without being met

  /// Begins with what was kept over a restart.
  void restore(const known_members& from, const node_id& own, timestamp now) { merge(from, own, now); }

  /// A member is here.
  void met(const std::string& node, const std::string& address, timestamp now);

  /// What another node remembers. Times to come are of a clock that is off: they count as now.
  void merge(const known_members& theirs, const node_id& own, timestamp now);

  /// Nobody is to miss it, until it is met again. Also one that was never met: it is known by its address.
  void forget(const std::string& node, timestamp now);

  /// Lets go of those that were not met for too long.
  void expire(timestamp now);

  /// Those that are missed unless they are here; by name.
  known_members members() const;
  bool has(const std::string& node) const;

  /// True for a node that was forgotten and not met since, by its name, or by its address where no member has
  /// that.
  bool has_forgotten(const std::string& name_or_address) const;

  /// What others are to hear, and what is to be kept; by name.
  known_members all() const;

  /// True when there is something that a restart must not lose, since the last time it was asked: who is a
  /// member, or when one was met, to the hour.
  bool take_change();

private:
  static bool is_member(const known_member& one) { return one.seen > one.forgotten; }

  std::map<std::string, known_member> known_;
  known_members kept_; ///< as of the last take_change()
};

} // namespace rollcall
