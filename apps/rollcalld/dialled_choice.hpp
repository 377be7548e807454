#pragma once

#include "actors/cluster_view.hpp"
#include "apps/config/config.hpp"
#include "domain/base/time.hpp"
#include "domain/directory/directory.hpp"
#include "transport/switches/common/driver_kind.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rollcall {

// Which node has which switch. Pure.

/// The switches to dial, of environments that the directory has. One that several nodes may dial is the first
/// one's of those that are up, unless that has been up for a while and is not connected to it.
std::vector<switches::dialled> dialled_of(const config& config, const directory& dir,
                                          const cluster_view& others, timestamp now);

/// Where a switch may connect while this node drains: the feed addresses of the nodes that stay and may have
/// it, which may be none. Nothing when there is no such node.
std::optional<std::vector<std::string>> addresses_for(const switch_name& name, const cluster_view& others);

} // namespace rollcall
