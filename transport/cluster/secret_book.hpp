#pragma once

#include "transport/cluster/secret.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace rollcall::cluster {

/// The cluster's secrets that count now, by what proofs are made with. Pure. One thread.
class secret_book {
public:
  using clock = std::chrono::steady_clock;

  /// This is the one to use from now on; empty: there is none. The one before is good for `secret_overlap`
  /// more, unless there is none any more: then nobody is asked for one.
  void set(const std::string& secret, clock::time_point now);

  /// The one to use first, `proofs_at_once` at most.
  admission_keys keys(clock::time_point now) const;

private:
  struct former {
    admission_key key;
    clock::time_point good_until;
  };

  std::string secret_; ///< to see whether another one comes
  admission_keys current_;
  std::vector<former> former_; ///< newest first
};

} // namespace rollcall::cluster
