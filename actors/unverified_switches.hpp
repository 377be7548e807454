#pragma once

#include "domain/switch_identity.hpp"

#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace rollcall {

/// The switches whose calls may have changed unseen: they are away, or have not told all their calls since
/// they came back. Links keep it, and answers name them, so that a list says what it cannot vouch for. Any
/// thread.
class unverified_switches {
public:
  /// `of` is interned.
  void add(const switch_identity* of);
  void remove(const switch_identity* of);

  /// Their names, sorted; those of one environment only, for another one's switches are nobody else's
  /// business.
  std::vector<std::string> in(environment_id environment) const;

private:
  mutable std::mutex mutex_;
  std::unordered_set<const switch_identity*> members_;
};

} // namespace rollcall
