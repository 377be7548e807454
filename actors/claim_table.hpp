#pragma once

#include "domain/switch_claim.hpp"
#include "domain/switch_identity.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace rollcall {

/// What this node claims of each of its switches. Links keep it; every answer about calls comes with a
/// picture of it that was taken before its calls were gathered. Any thread.
class claim_table {
public:
  /// Is called after every change, on the thread that made it; must not block. Set before the first link.
  std::function<void()> on_change;

  /// `of` is interned.
  void set(const switch_identity* of, switch_claim claim);
  void remove(const switch_identity* of);

  switch_claims all() const;

private:
  mutable std::mutex mutex_;
  std::unordered_map<const switch_identity*, switch_claim> claims_;
};

} // namespace rollcall
