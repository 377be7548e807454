#pragma once

#include "domain/audit/audit.hpp"

#include <caf/typed_actor.hpp>

namespace rollcall {

/// Writes the audit log. Detached: it waits for the disk. The sender takes room for each message in the
/// context's backlog.
using auditor_actor = caf::typed_actor<
    // Entries, or parts of them. From links (hang-ups, before their lines leave), disconnect workers, node
    // orders, and the API (orders that it refuses). Answered when they are written; fails with not_audited
    // when that takes too long: then they are written later.
    caf::replies_to<audit_writes>::with<caf::ok_atom>,
    // What came of calls later. From links; never empty.
    caf::reacts_to<audit_notes>,
    // From itself, after defaults::audit_check_interval: look after the file, and write what waits.
    caf::reacts_to<caf::tick_atom>>;

} // namespace rollcall
