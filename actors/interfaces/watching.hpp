#pragma once

#include "actors/atoms.hpp"
#include "actors/change_feed.hpp"
#include "actors/messages.hpp"

#include <caf/typed_actor.hpp>

// Those who watch calls: a watcher of each node for every stream, and the cluster watch that puts together
// what these tell.

namespace rollcall {

/// Tells the calls of one node that a watch is for: as they are, and then every change. Only what is asked
/// for is told, so that a slow reader holds up nobody; it ends when nobody asks any more.
using watcher_actor = news_reader_actor::extend<
    // The next batch. From the cluster watch, one at a time; answered when there is something, or after
    // defaults::watch_pulse with nothing but its place.
    caf::replies_to<atom::more>::with<watch_batch_ptr>,
    // Tell all calls of this switch again, as a snapshot. From the cluster watch.
    caf::reacts_to<atom::again, switch_name>,
    // Nobody watches any more. From the cluster watch.
    caf::reacts_to<atom::left>,
    // From itself: go on with what was too much for one turn.
    caf::reacts_to<atom::proceed>,
    // From itself: a pulse is over.
    caf::reacts_to<caf::tick_atom>>;

/// One stream over all nodes.
using cluster_watch_actor = caf::typed_actor<
    // What is to be told next. From the stream, one at a time; answered as the watcher does.
    caf::replies_to<atom::more>::with<watch_messages_ptr>,
    // The client has gone. From the stream.
    caf::reacts_to<atom::left>,
    // From itself: a pulse is over.
    caf::reacts_to<caf::tick_atom>>;

} // namespace rollcall
