#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/audit.hpp"

#include <memory>

namespace rollcall {

/// Spawns the writer of the audit log, on a thread of its own: the sink may wait for the disk.
auditor_actor spawn_auditor(caf::actor_system& system, context_ptr context, std::shared_ptr<audit_sink> sink);

} // namespace rollcall
