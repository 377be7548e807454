#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"

#include <caf/fwd.hpp>

#include <vector>

namespace rollcall {

/// Sends counts to another node in batches, each when it is asked for. Ends by itself.
wire::counts_export_actor spawn_counts_export(caf::actor_system& system, context_ptr context,
                                              std::vector<wire::account_counts> counts);

/// Takes the next batch off the end of `counts`, whose order does not matter but for accounts that have
/// several entries in a row: these may come apart.
wire::counts_batch next_batch(std::vector<wire::account_counts>& counts);

} // namespace rollcall
