#pragma once

#include "actors/interfaces/watching.hpp"
#include "actors/interfaces/workers.hpp"
#include "actors/messages.hpp"

#include <caf/typed_actor.hpp>

// The frontend, and the cluster queries that it spawns: one for each request about calls.

namespace rollcall {

/// The frontend, which the API asks: of all nodes together. Requests about calls fail with too_late when this
/// node did not answer in time, and with node_missing when another did not and the configuration wants no
/// partial answers.
using cluster_frontend_actor = caf::typed_actor<
    // From the API; delegated to a cluster list query. The answer may still be coming: see
    // cluster_list_answer.
    caf::replies_to<list_request>::with<cluster_list_answer>,
    // From the API. The answer is where the stream is read.
    caf::replies_to<watch_request>::with<cluster_watch_actor>,
    // From the API; delegated to a cluster stats query.
    caf::replies_to<stats_request>::with<cluster_stats_answer>,
    // From the API; delegated to the history reader. Fails with no_history.
    caf::replies_to<history_request>::with<history_answer>,
    // From the API; delegated to a cluster preview.
    caf::replies_to<preview_request>::with<cluster_preview_answer>,
    // From the API; delegated to a cluster disconnect, or to a held disconnect. Answered when every node has
    // said what it did, or the order has expired everywhere. Fails with out_of_bounds when it is held to
    // something that it would exceed: then nothing was begun.
    caf::replies_to<disconnect_request>::with<cluster_disconnect_answer>,
    // From the API; delegated to node orders, and answered as these do.
    caf::replies_to<node_order>::with<node_order_answer>>;

/// Has this node and the others make a list, and merges them.
using cluster_list_query_actor = caf::typed_actor<
    // See cluster_frontend_actor, as for the others here.
    caf::replies_to<list_request>::with<cluster_list_answer>>;

/// Sums what the tallies of this node and the other nodes count.
using cluster_stats_query_actor =
    stats_sink_actor::extend<caf::replies_to<stats_request>::with<cluster_stats_answer>,
                             // From itself, after defaults::gather_deadline: tallies of this node that have
                             // not answered are late.
                             caf::reacts_to<atom::deadline>>;

/// Has this node and the others count what a disconnect would mean, and adds it up.
using cluster_preview_actor =
    caf::typed_actor<caf::replies_to<preview_request>::with<cluster_preview_answer>>;

/// Holds a disconnect to its limits: has it counted, and then carried out up to what was counted.
using held_disconnect_actor =
    caf::typed_actor<caf::replies_to<disconnect_request>::with<cluster_disconnect_answer>>;

/// Has this node and the others hang up, and adds up what they did.
using cluster_disconnect_actor =
    caf::typed_actor<caf::replies_to<disconnect_request>::with<cluster_disconnect_answer>,
                     // From itself, defaults::disconnect_grace after the order has expired: who has not said
                     // what it did is doubtful.
                     caf::reacts_to<atom::deadline>>;

} // namespace rollcall
