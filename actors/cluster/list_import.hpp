#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/lists/row_inbox.hpp"

#include <caf/fwd.hpp>

#include <memory>

namespace rollcall {

/// The rows of another node's list after its opening: they are fetched as fast as they are read, and no
/// faster.
std::shared_ptr<row_source> import_rows(caf::actor_system& system, context_ptr context, node_id from,
                                        wire::list_opening opening);

} // namespace rollcall
