#pragma once

#include "actors/atoms.hpp"
#include "actors/interfaces/links.hpp"
#include "actors/interfaces/workers.hpp"
#include "actors/messages.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>
#include <vector>

// The tree: node, customers, accounts, and the tallies beside them.

namespace rollcall {

/// Keeps the counts of one customer's accounts, and answers stats without asking them.
using tally_actor = caf::typed_actor<
    // An account's counts have changed. From the account, for the customer that it belongs to, and for a
    // while for those that it belonged to before.
    caf::reacts_to<tally_update>,
    // The account belonged to this customer long enough ago: forget it. From the account.
    caf::reacts_to<caf::delete_atom, account_key>,
    // A recount, to be compared: a difference is drift, corrected and counted. From the account.
    caf::reacts_to<atom::audit, tally_update>,
    // Send the counts to the job's worker, in one stats_part. From the customer.
    caf::reacts_to<stats_job_ptr>>;

/// The node as accounts see it.
using registrar_actor = caf::typed_actor<
    // There is nothing to keep the sender for. From an account that was asked to `retire`.
    caf::reacts_to<retirement>>;

/// One account: the pictures of its calls in list order, and their counts.
using account_actor = call_owner_actor::extend<
    // Take in a call; it is told `placed`. From the node.
    caf::reacts_to<record_ptr, call_actor>,
    // The same, of a call that comes from another account, which shows it until it is told to let it go. From
    // the node.
    caf::reacts_to<atom::moved, record_ptr, call_actor>,
    // Send the matching records to the job's worker, in one list_part. From the customer.
    caf::reacts_to<list_job_ptr>,
    // Send the counts to the job's worker: the tally may not have them yet. From a customer that this account
    // has just joined.
    caf::reacts_to<stats_job_ptr>,
    // Tell the worker how many calls are meant, and pass the job on to each. From the customer.
    caf::reacts_to<disconnect_job_ptr>,
    // From itself: pass jobs on to the next defaults::calls_asked_at_once calls.
    caf::reacts_to<atom::proceed>,
    // It belongs to the customer of this tally now. From the node.
    caf::reacts_to<tally_actor>,
    // By which calls without an account number may learn it. From the node, to an account without a number.
    caf::reacts_to<directory_ptr>,
    // Recount the calls, and have the tally compare. From the node.
    caf::reacts_to<atom::audit>,
    // Look for symptoms of the calls by these rules. From the node.
    caf::reacts_to<symptom_rules_ptr>,
    // From itself: look at the next defaults::calls_at_once calls.
    caf::reacts_to<atom::more>,
    // Send a retirement if there is nothing to keep it for. The number is the round, and goes into that. From
    // the node, to an account that the directory does not know.
    caf::reacts_to<atom::retire, registrar_actor, std::uint64_t>,
    // From itself: tell the tally what has changed since the last time.
    caf::reacts_to<caf::flush_atom>,
    // From itself, after defaults::move_memory: forget calls that moved, and tallies of former owners.
    caf::reacts_to<caf::tick_atom>>;

/// A customer as the customer above and the node see it: a part of the tree that jobs are passed to. What is
/// asked is announced to the worker by `expect` before it is passed on.
using scope_actor = caf::typed_actor<
    // To all accounts, or to the one that is named; and to subcustomers, where they are meant.
    caf::reacts_to<list_job_ptr>,
    // To the tally, to accounts that have just joined; and to subcustomers, where they are meant.
    caf::reacts_to<stats_job_ptr>,
    // To all accounts and subcustomers, or to the account that is named.
    caf::reacts_to<disconnect_job_ptr>>;

/// One customer: knows its accounts and subcustomers. All of this comes from the node, but for the tick.
using customer_actor = scope_actor::extend<
    // This account is new and belongs here.
    caf::reacts_to<caf::put_atom, account_key, account_actor>,
    // This account came from another customer.
    caf::reacts_to<caf::join_atom, account_key, account_actor>,
    // This account belongs to another customer now. It is asked for a while longer.
    caf::reacts_to<caf::delete_atom, account_key>,
    // This account has retired: nobody asks it any more.
    caf::reacts_to<atom::retired, account_key>,
    // The subcustomers, all of them.
    caf::reacts_to<std::vector<scope_actor>>,
    // From itself, after defaults::move_memory: jobs from before the last change of hands are over.
    caf::reacts_to<caf::tick_atom>>;

/// The node: owns the tree of customers, the accounts and the switch links, and finds them by id.
using node_actor = registrar_actor::extend<
    // A call to be placed in its account. From the link that has spawned it.
    caf::reacts_to<record_ptr, call_actor>,
    // A call that moves to another account. From the call.
    caf::reacts_to<atom::moved, record_ptr, call_actor>,
    // To the customer of the scope. From a list worker.
    caf::reacts_to<list_job_ptr>,
    // To the customer of the scope. From a stats worker, or a cluster query.
    caf::reacts_to<stats_job_ptr>,
    // To the customer of the scope, or to the link of the call that is named. From a disconnect worker.
    caf::reacts_to<disconnect_job_ptr>,
    // The job is for this call, which has just left the account that sends it. To its link.
    caf::reacts_to<disconnect_job_ptr, record_ptr>,
    // See attach_actor. From the cluster or a takeover; delegated to the link. Fails with unknown_switch, or
    // as the link.
    caf::replies_to<attach_request>::with<attached>,
    // Another node wants this switch; epoch and host of its connection there. From the member; delegated to
    // the link. Fails with unknown_switch, or as the link.
    caf::replies_to<atom::release, switch_name, std::uint64_t, switch_host>::with<released>,
    // Calls of this switch that another node had. From the takeover; passed on to the link.
    caf::reacts_to<atom::adopt, switch_name, records>,
    // Another node's claim has won over this node's of this term. From the cluster; passed on to the link.
    caf::reacts_to<atom::yield, switch_name, std::uint64_t>,
    // Hang-ups from before a restart. From the daemon, once; passed on to the link.
    caf::reacts_to<atom::resume, switch_name, outstanding_hang_ups_ptr>,
    // Hang-ups that another node was told of. From the member; delegated to the link. Fails with
    // unknown_switch, or as the link.
    caf::replies_to<atom::inherit, switch_name, outstanding_hang_ups_ptr>::with<caf::ok_atom>,
    // Some hang-ups that the link keeps for the node that has the switch. From the cluster; delegated to the
    // link. Fails with unknown_switch.
    caf::replies_to<atom::hang_ups, switch_name>::with<outstanding_hang_ups_ptr>,
    // That node has acknowledged these. From the cluster; passed on to the link.
    caf::reacts_to<atom::passed_on, switch_name, outstanding_hang_ups_ptr>,
    // New directory and switches, as one step. From the daemon.
    caf::reacts_to<directory_ptr, std::vector<switch_settings>>,
    // How the links are, without those that do not answer within defaults::gather_deadline. From the daemon.
    caf::replies_to<caf::get_atom>::with<link_statuses>,
    // Have every account recounted now, and idle ones asked to retire. From tests.
    caf::reacts_to<atom::audit>,
    // From itself, after defaults::audit_pause: the same, of the next few accounts; and have some of them
    // look for symptoms.
    caf::reacts_to<caf::tick_atom>>;

} // namespace rollcall
