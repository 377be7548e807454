#pragma once

#include "actors/messages.hpp"
#include "actors/wire.hpp"

#include <caf/typed_actor.hpp>

// Who counts calls every ten seconds, who writes that down, and who reads it.

namespace rollcall {

/// Counts the calls of all nodes at aligned moments, as long as this node is the first by id of those that
/// are up, and has met those that it knows of or waited for them. It gives each minute to the writer and to
/// the members of the other nodes.
using history_sampler_actor = caf::typed_actor<
    // By which calls belong to customers from now on. From the daemon.
    caf::reacts_to<directory_ptr>,
    // From itself, at every moment that is a multiple of sample_interval.
    caf::reacts_to<caf::tick_atom>>;

/// Writes the history. Detached: it waits for the disk. The sender takes room for each message in the
/// context's history_backlog.
using history_writer_actor = caf::typed_actor<
    // A minute that was counted here. From the sampler.
    caf::reacts_to<packed_minute_ptr>,
    // A part of a minute that another node has counted. From the member.
    caf::reacts_to<wire::history_part>,
    // From itself, defaults::history_retry after it could not be written.
    caf::reacts_to<caf::tick_atom>>;

/// Reads the history. Detached, for the same reason.
using history_reader_actor = caf::typed_actor<
    // Delegated by the frontend. Fails with no_history when it cannot be read.
    caf::replies_to<history_request>::with<history_answer>>;

} // namespace rollcall
