#pragma once

#include "domain/base/time.hpp"
#include "domain/cluster/shared_secret.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace rollcall {

/// A secret that another one has taken the place of.
struct former_secret {
  std::string bytes;
  timestamp good_until;
  bool configured = false; ///< it was in the configuration, and is not kept anywhere else
  friend bool operator==(const former_secret&, const former_secret&) = default;
};

/// What a node derives its keys from: the secret of its configuration, or where that has none the one that
/// nodes tell each other; and those that were in use before, for a while. One thread.
class secret_ring {
public:
  static constexpr std::chrono::hours overlap{12}; ///< for which a former secret is still good
  static constexpr std::size_t most_former = 8;    ///< beyond these the oldest goes

  /// Begins with the secret of the configuration (empty: it has none), the one that is told among nodes, and
  /// what was kept of former ones.
  secret_ring(std::string configured, shared_secret shared, std::vector<former_secret> former, timestamp now);

  /// The secret that the configuration has now; empty: none. True when another one is in use now.
  bool configure(std::string configured, timestamp now);

  /// What another node tells. True when it takes the place of the shared one.
  bool learn(const shared_secret& theirs, timestamp now);

  bool is_configured() const { return !configured_.empty(); }
  const std::string& in_use() const { return is_configured() ? configured_ : shared_.bytes; }
  const shared_secret& shared() const { return shared_; }

  /// Those that are still good, newest first.
  std::vector<former_secret> former(timestamp now) const;

private:
  void retire(former_secret before, timestamp now);

  std::string configured_;
  shared_secret shared_;
  std::vector<former_secret> former_; ///< newest first; never the one in use
};

} // namespace rollcall
