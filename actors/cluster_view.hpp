#pragma once

#include "actors/defaults.hpp"
#include "actors/wire.hpp"
#include "domain/base/ids.hpp"
#include "domain/base/peer_clock.hpp"
#include "domain/calls/switch_claim.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

/// Another node of the cluster, up or not.
struct member_state {
  std::string name; ///< its node id; the address at which it is expected while nothing is known of it
  std::string address;
  bool up = false;
  std::chrono::microseconds round_trip{0}; ///< of the last ping
  timestamp since;                         ///< when it came up or went down; unknown if it never was up
  std::string trouble;                     ///< why it is not up
  switch_claims claims;                    ///< as last heard
  peer_clock clock;                        ///< by which orders to it expire
  bool other_directory = false;            ///< it answers from another one than this node, for some time
  std::chrono::microseconds ahead{0};      ///< its time of day, of this node's; negative: behind
  bool draining = false;                   ///< it hands its switches over, and takes none
  std::vector<std::string> feeds;          ///< addresses at which switches reach it
  std::string version;                     ///< of its program; empty: not known
  std::string directory;                   ///< hash of its directory; empty: not known, or it has none yet

  /// True when running times are to be told by its clock, and not by this node's.
  bool is_clock_off() const { return std::chrono::abs(ahead) > defaults::clock_tolerance; }

  /// Only of one that is up.
  wire::member_actor actor;
};

/// The other nodes as they are at one moment: whom a request asks, and who is missing from its answer.
struct cluster_view {
  std::vector<member_state> members; ///< by name
  bool missing_is_fault = false;     ///< `missing_node = "fault"`
  timestamp begun;                   ///< since when others are looked for; unknown: not at all, or not yet
  bool joining = false;              ///< not yet: who the others are is not known
  bool draining = false;             ///< this node is

  std::vector<std::string> missing() const {
    std::vector<std::string> names;
    for (const auto& one : members)
      if (!one.up)
        names.push_back(one.name);
    return names;
  }
};

using cluster_view_ptr = std::shared_ptr<const cluster_view>;

/// The newest view: the cluster actor publishes it, requests read it. Any thread.
class published_view {
public:
  cluster_view_ptr view() const {
    const std::lock_guard lock{mutex_};
    return view_;
  }
  void publish(cluster_view_ptr next) {
    const std::lock_guard lock{mutex_};
    view_.swap(next);
  }

private:
  mutable std::mutex mutex_;
  cluster_view_ptr view_ = std::make_shared<const cluster_view>();
};

} // namespace rollcall
