#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/audit/audit.hpp"

#include <memory>

namespace rollcall {

/// Spawns the writer of the audit log. What cannot be written is kept, in order, and written as soon as it
/// can be. The sender asks the context's backlog for room first. `own_thread`: the sink may wait for the
/// disk.
auditor_actor spawn_auditor(caf::actor_system& system, context_ptr context, std::shared_ptr<audit_sink> sink,
                            bool own_thread = true);

} // namespace rollcall
