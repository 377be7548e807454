#pragma once

#include "actors/atoms.hpp"
#include "actors/errors.hpp"
#include "actors/messages.hpp"
#include "actors/node_mesh.hpp"
#include "actors/wire.hpp"
#include "domain/calls/seat.hpp"

#include <caf/typed_actor.hpp>

#include <chrono>

// The map of the service: who can be told and asked what.
//
//   XML-RPC client              switch                         customer (root)
//        │                        │                               │         │
//   http endpoint          switch connection                  customer   account ──► tally
//        │ request                │ news                          │        │ ▲
//        ▼                        ▼                            account     │ │ records
//      front ──► worker ──► node ◄── link ◄──────── hang_up ──────────── call
//                            └──► scope's customer ──► … ──► account ──► call
//
// Requests go down as jobs; what comes back goes straight to the worker of the request, one-way, so that no
// actor ever waits for another. A worker knows that it has everything when as many have answered as it was
// told to expect: each actor that passes a job on announces to how many before it does.

namespace rollcall {

/// Keeps the pictures of calls, each in a seat: what an account is to its calls.
using keeper_actor =
    caf::typed_actor<caf::reacts_to<record_ptr, seat>, // A newer picture of the call in this seat.
                     caf::reacts_to<caf::delete_atom, record_ptr, seat>>; // The call gives it up: it is over,
                                                                          // or is where the record says.

/// One call: its state machine and its outstanding disconnect.
using call_actor =
    caf::typed_actor<caf::reacts_to<call_event>, // What the switch says of this call. From the link.
                     caf::reacts_to<atom::placed, account_key, keeper_actor, seat>, // The account that keeps
                                                                                    // this call from now on.
                     caf::reacts_to<disconnect_job_ptr>, // Hang up; the outcome goes to the job's worker.
                     caf::reacts_to<link_word>,   // What came of hang_up, or that it is over. From the link.
                     caf::reacts_to<account_id>>; // The account's name has got this number. From the account.

/// Keeps the counts of one customer's accounts, and answers stats without asking them.
using tally_actor = caf::typed_actor<
    caf::reacts_to<tally_update>,                  // An account's counts have changed.
    caf::reacts_to<caf::delete_atom, account_key>, // The account belongs to another customer now.
    caf::reacts_to<atom::audit, tally_update>,     // A recount, to be compared: a difference is drift.
    caf::reacts_to<stats_job_ptr>>;                // Send the counts to the worker.

/// Is told by accounts that there is nothing to keep them for.
using registrar_actor = caf::typed_actor<caf::reacts_to<retirement>>;

/// One account: the pictures of its calls in list order, and their counts.
using account_actor = keeper_actor::extend<
    caf::reacts_to<record_ptr, call_actor>, // Take in a call; it is told `placed`. From the node.
    caf::reacts_to<list_job_ptr>,           // Send the matching records to the worker.
    caf::reacts_to<stats_job_ptr>,          // Send the counts to the worker: the tally may not have them yet.
    caf::reacts_to<disconnect_job_ptr>,     // Pass the job on to each call, some at a time.
    caf::reacts_to<atom::proceed>,          // Go on with that.
    caf::reacts_to<tally_actor>,            // Belongs to the customer of this tally now.
    caf::reacts_to<directory_ptr>,          // By which calls learn their account's number, if it has none.
    caf::reacts_to<atom::audit>,            // Recount the calls and have the tally compare.
    caf::reacts_to<atom::retire, registrar_actor, std::uint64_t>, // Answer if there is nothing to keep it
                                                                  // for; the number is the round.
    caf::reacts_to<caf::flush_atom>, // Tell the tally what has changed since the last time.
    caf::reacts_to<caf::tick_atom>>; // Forget calls that moved long ago.

/// A part of the tree as jobs see it: what a customer is to the customer above.
using scope_actor = caf::typed_actor<caf::reacts_to<list_job_ptr>, caf::reacts_to<stats_job_ptr>,
                                     caf::reacts_to<disconnect_job_ptr>>;

/// One customer: knows its accounts and subcustomers; jobs for a scope enter here and fan out.
using customer_actor = scope_actor::extend<
    caf::reacts_to<caf::put_atom, account_key, account_actor>,  // This account is new and belongs here.
    caf::reacts_to<caf::join_atom, account_key, account_actor>, // This account came from another customer.
    caf::reacts_to<caf::delete_atom, account_key>, // This account belongs to another customer now.
    caf::reacts_to<atom::retired, account_key>,    // This account is kept no more: it has no calls.
    caf::reacts_to<std::vector<scope_actor>>,      // The subcustomers, all of them.
    caf::reacts_to<caf::tick_atom>>;               // Jobs from before the last change of hands are over.

/// What a connection is to its switch link: news in, tagged with the session that attach gave it.
using news_actor =
    caf::typed_actor<caf::reacts_to<std::uint64_t, switch_news>,
                     caf::reacts_to<std::uint64_t, atom::closed, std::string>>; // The connection is gone, and
                                                                                // why.

/// Answer to an attach: news goes to `link` under this session number.
struct attached {
  std::uint64_t session = 0;
  news_actor link;
};

/// One switch: turns its news into messages to its calls, and their hang-ups into lines to the switch.
using link_actor = news_actor::extend<
    caf::replies_to<attach_request>::with<attached>,               // Fails with stale_epoch or two_hosts.
    caf::reacts_to<atom::hang_up, record_ptr, disconnect_job_ptr>, // From a call, for the job that asked
                                                                   // first; answered by a link_word.
    caf::reacts_to<disconnect_job_ptr, std::string>,               // The job is for the call of this id.
    caf::reacts_to<directory_ptr>,
    caf::reacts_to<atom::consumed, std::uint64_t>, // News of this session has been worked off.
    caf::replies_to<atom::release, std::uint64_t, switch_host>::with<released>, // Another node wants the
                                                                                // switch, with this epoch,
                                                                                // for this host. Fails with
                                                                                // stale_epoch or two_hosts.
    caf::reacts_to<atom::adopt, records>, // Calls that the node before had.
    caf::reacts_to<atom::settled>, // From the last call that had something which no account showed yet.
    caf::reacts_to<atom::yield, std::uint64_t>,             // Another node's has won over this term's.
    caf::reacts_to<atom::let_go, std::uint64_t>,            // Unless the switch came back since this term.
    caf::reacts_to<atom::resume, outstanding_hang_ups_ptr>, // From before a restart of this node.
    caf::replies_to<atom::inherit, outstanding_hang_ups_ptr>::with<caf::ok_atom>, // From another node. Fails
                                                                                  // with busy.
    caf::replies_to<atom::hang_ups>::with<outstanding_hang_ups_ptr>, // Some of those that are kept for the
                                                                     // node that has the switch.
    caf::reacts_to<atom::passed_on, outstanding_hang_ups_ptr>,       // These are that node's now.
    caf::reacts_to<atom::forget>,    // The switch is not configured any more: forget its calls.
    caf::reacts_to<caf::tick_atom>,  // Work off what is due: retries, calls to forget.
    caf::reacts_to<caf::flush_atom>, // Forget which calls ended long ago.
    caf::reacts_to<atom::proceed>,   // Go on with what is too much for one turn.
    caf::replies_to<caf::get_atom>::with<link_status>>;

/// Gives a link its word back. An actor handles what it sends to itself at once; what comes back from here
/// has waited behind most of those that it woke before: enough to hold a switch up that tells too much.
using echo_actor = caf::typed_actor<caf::reacts_to<atom::consumed, link_actor, std::uint64_t>,
                                    caf::reacts_to<atom::proceed, link_actor>>;

/// The node: owns the tree of customers, the accounts and the switch links, and finds them by id.
using node_actor = registrar_actor::extend<
    caf::reacts_to<record_ptr, call_actor>, // A call to be placed in its account. From the call or link.
    caf::reacts_to<list_job_ptr>, caf::reacts_to<stats_job_ptr>, caf::reacts_to<disconnect_job_ptr>,
    caf::reacts_to<disconnect_job_ptr, record_ptr>, // The job is for this call. From an account that it left.
    caf::replies_to<attach_request>::with<attached>, // Fails with unknown_switch or stale_epoch.
    caf::replies_to<atom::release, switch_name, std::uint64_t,
                    switch_host>::with<released>,      // For the switch's link; as
    caf::reacts_to<atom::adopt, switch_name, records>, // these.
    caf::reacts_to<atom::yield, switch_name, std::uint64_t>,
    caf::reacts_to<atom::resume, switch_name, outstanding_hang_ups_ptr>,
    caf::replies_to<atom::inherit, switch_name, outstanding_hang_ups_ptr>::with<caf::ok_atom>,
    caf::replies_to<atom::hang_ups, switch_name>::with<outstanding_hang_ups_ptr>,
    caf::reacts_to<atom::passed_on, switch_name, outstanding_hang_ups_ptr>,
    caf::reacts_to<directory_ptr, std::vector<switch_settings>>, // New directory and switches, as one step.
    caf::replies_to<caf::get_atom>::with<link_statuses>,
    caf::reacts_to<atom::audit>,     // Have every account recounted now, and idle ones asked to retire.
    caf::reacts_to<caf::tick_atom>>; // The same, of a few accounts at a time.

/// Gathers what one request needs and answers it. One for each request.
using list_worker_actor =
    caf::typed_actor<caf::replies_to<list_request>::with<call_list_ptr>, // Fails with too_late.
                     caf::reacts_to<atom::expect, std::uint64_t>, // The sender passed the job on to this
                                                                  // many.
                     caf::reacts_to<list_part>, caf::reacts_to<atom::deadline>>;
using stats_sink_actor =
    caf::typed_actor<caf::reacts_to<atom::expect, std::uint64_t>, caf::reacts_to<stats_part>>;
using stats_worker_actor =
    stats_sink_actor::extend<caf::replies_to<stats_request>::with<stats_answer>, // Fails with too_late.
                             caf::reacts_to<atom::deadline>>;
using disconnect_worker_actor =
    caf::typed_actor<caf::replies_to<disconnect_request>::with<disconnect_answer>,
                     caf::reacts_to<atom::expect, std::uint64_t>, caf::reacts_to<call_outcome>,
                     caf::reacts_to<atom::unaudited>, // Lines left that the audit log does not have yet.
                     caf::reacts_to<atom::deadline>>;

/// Writes the audit log. Detached: it waits for the disk. What it is told takes room in the context's
/// backlog.
using auditor_actor =
    caf::typed_actor<caf::replies_to<audit_writes>::with<caf::ok_atom>, // Answered when it is written; fails
                                                                        // with not_audited when that takes
                                                                        // too long: it is written later.
                     caf::reacts_to<audit_notes>,                       // Later news of calls. Never empty.
                     caf::reacts_to<caf::tick_atom>>; // Look after the file, and write what waits.

/// Carries out what is asked of nodes, and has it written down.
using node_orders_actor =
    caf::typed_actor<caf::replies_to<node_order>::with<node_order_answer>>; // Fails with unknown_node,
                                                                            // node_up, node_missing, or
                                                                            // not_drained.

/// The front of the cluster, which the API asks: gathers what this node and the others answer. Each fails
/// with too_late, or with node_missing when the configuration wants no partial answers.
using front_actor = caf::typed_actor<caf::replies_to<list_request>::with<list_answer>,
                                     caf::replies_to<stats_request>::with<stats_report>,
                                     caf::replies_to<disconnect_request>::with<disconnect_report>,
                                     caf::replies_to<node_order>::with<node_order_answer>>;

/// Where a switch's connection finds its link: the node, or before it the cluster, which asks the other nodes
/// whether the switch was theirs.
using attach_actor = caf::typed_actor<caf::replies_to<attach_request>::with<attached>>;

/// The cluster: knows the other nodes, says who is up, and makes way for switches that move. One node is a
/// cluster of one. Wires are told by the mesh; `joined` and `ping` come from other nodes by the member.
using cluster_actor = attach_actor::extend<
    caf::reacts_to<node_mesh_ptr>, // By which it is wired to the others; before anything else.
    caf::reacts_to<atom::joined, node_hello, std::uint64_t, caf::strong_actor_ptr>, // A connection of this
                                                                                    // number is up; with the
                                                                                    // node's member where
                                                                                    // this node has dialled.
    caf::reacts_to<atom::left, node_id, std::uint64_t, std::string>, // The connection is gone, and why.
    caf::replies_to<atom::joined, wire::card, caf::strong_actor_ptr>::with<wire::card>,
    caf::replies_to<atom::ping, wire::news>::with<wire::news>,
    caf::reacts_to<directory_ptr>,    // By which this node answers from now on. From the member.
    caf::reacts_to<caf::update_atom>, // The claims of this node have changed.
    caf::reacts_to<shared_secret>,    // What other nodes are told from now on; none where one is configured.
    caf::reacts_to<atom::forget, bool>, // The configuration has changed: nodes that are away and no peers of
                                        // it are not missed any more. Whether a missing one is a fault.
    caf::reacts_to<caf::tick_atom>,     // Ping everyone.
    caf::replies_to<atom::drain, bool>::with<caf::ok_atom>, // Have others take over the switches. Whether all
                                                            // of them or none. Fails with not_drained.
    caf::replies_to<atom::left>::with<caf::ok_atom>,        // Nobody is to miss this node. After a drain.
    caf::replies_to<atom::inherit, std::string, std::string>::with<caf::ok_atom>, // As the member.
    caf::replies_to<atom::forget, std::string>::with<caf::ok_atom>>; // Nobody is to miss this node, which is
                                                                     // away. Fails with unknown_node,
                                                                     // node_up.

/// What other nodes find: wire::member_actor, and what only this process says to it.
using member_host_actor =
    wire::member_actor::extend<caf::reacts_to<directory_ptr>, // By which requests are understood from now on.
                               caf::reacts_to<cluster_actor>>; // Of this node. Before anything else.

struct list_job {
  call_query query;
  directory_ptr directory;
  std::optional<account_key> account;          ///< ask this account only
  std::chrono::steady_clock::time_point begun; ///< who left an account before is surely found in another
  list_worker_actor worker;
};

struct stats_job {
  customer_id scope;
  bool recursive = false;
  stats_sink_actor worker;
};

struct disconnect_job {
  customer_id scope;
  std::optional<call_id> call;        ///< this call only
  std::optional<account_key> account; ///< this account only
  directory_ptr directory;
  disconnect_worker_actor worker;
  std::uint64_t entry = 0;                      ///< of the audit log
  audit_request_ptr request;                    ///< for the log
  std::chrono::steady_clock::time_point begun;  ///< who left an account before is surely found in another
  boot_time arrived;                            ///< calls that began later are not meant
  boot_time expires;                            ///< from then on nothing is begun
  std::optional<std::string> account_name = {}; ///< of the account's calls only those that bear this name
};

} // namespace rollcall

// None of these leaves the process; they need no serialisation. What is named here, CAF leaves out without a
// word wherever it stands inside of what is sent to other nodes: nothing that wire.hpp uses may be.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::record_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::seat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::switch_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::directory_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::list_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_list_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::disconnect_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::disconnect_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::list_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::disconnect_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_order_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::link_word)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_hello)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::node_mesh_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::cluster_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::list_job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::disconnect_job_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::list_part)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::stats_part)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::tally_update)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::retirement)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::attach_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::attached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::link_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::link_statuses)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::audit_writes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::audit_notes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::outstanding_hang_ups_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<rollcall::switch_settings>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<rollcall::scope_actor>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::tally_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::keeper_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::registrar_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::call_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::account_actor)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rollcall::link_actor)
