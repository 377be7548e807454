#pragma once

// The map of the service: every actor with a typed interface, and who talks to whom. What can be sent to an
// actor, and by whom, is in the header of its sub-folder below.
//
// Calls. What a switch says goes up to the counts. Links also talk to themselves, by way of an echo.
//
//   connection ──news──► link ──event──► call ──record──► account ──counts──► tally
//       │                ▲ │ ▲           │ │ ▲             │ ▲ │
//       │                │ │ └──hang_up──┘ │ └───placed────┘ │ │
//       ▼                │ ▼ record        ▼ record          │ ▼ retirement
//    cluster ──attach──► ━━━━━━━━━━━━━━━━━━━━━ node ━━━━━━━━━━━━━━━━━━━━━
//       └──► takeover ──attach, calls──► ▲
//                └──release, list──► members of other nodes
//
// Requests. Jobs go down, and what comes of them goes straight to the worker, one-way, so that no actor waits
// for another. A worker has everything when as many have answered as it was told to `expect`: whoever passes
// a job on announces to how many before it does.
//
//   transport/api ──► front ──node_order──► node orders ──► cluster, or the member of that node
//                       │ spawns
//                       ▼
//                       query ──list_query, stats_query, disconnect_order──► members of other nodes
//                       │ spawns; that of stats is its own worker
//                       ▼
//                    worker ──job──► node ──► customer ──► account ──► call ──hang_up──► link
//                       ▲             │       │ ▲   │                    ▲                ▲ │
//                       │             │       └─┘   └──► tally           └────────────────│─┘
//                       │             └── a job for one call ─────────────────────────────┘
//                       └── expect, list_part, stats_part, call_outcome: from each of them
//
// Cluster.
//
//   mesh ──joined, left──► cluster ──joined, ping, inherit, resume──► members of other nodes
//                           ▲   │
//     joined, ping, drain,  │   └──attach, yield, hang_ups, passed_on──► node
//     inherit, directory    │                                             ▲
//   other nodes ──────► member ──release, resume (as inherit)─────────────┘
//                           └──spawns──► workers, list export, counts export
//
// Streams. Each is asked for the next batch by the one on its right.
//
//   account ──change──► change_feed ──news──► watcher ──► cluster watch ──► transport/events
//                                                             ▲
//   watcher of another node ──► watch export ══► watch import ┘
//
// History.
//
//   sampler ──stats_request──► front ──history_request──► reader
//      ├──packed_minute──► writer ◄──history_part── member
//      └──history_part──► members of other nodes
//
// Limits.
//
//   limit observer ──stats_request──► front
//      └──limit_board──► cluster watch, transport/api
//
// The auditor is written to by links, disconnect workers, node orders and transport/api. The daemon tells
// node, member, cluster, sampler and limit observer of a new configuration, and asks the node and stats
// workers for its pages.

#include "actors/errors.hpp"
#include "actors/interfaces/audit.hpp"
#include "actors/interfaces/cluster.hpp"
#include "actors/interfaces/history.hpp"
#include "actors/interfaces/in_process.hpp"
#include "actors/interfaces/limits.hpp"
#include "actors/interfaces/links.hpp"
#include "actors/interfaces/requests.hpp"
#include "actors/interfaces/tree.hpp"
#include "actors/interfaces/watching.hpp"
#include "actors/interfaces/workers.hpp"
