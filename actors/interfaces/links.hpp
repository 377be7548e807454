#pragma once

#include "actors/atoms.hpp"
#include "actors/interfaces/workers.hpp"
#include "actors/messages.hpp"
#include "domain/calls/slot.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>

// The link of a switch, its calls, and the echo of a link.

namespace rollcall {

/// An account as its calls see it: it keeps their pictures, each in a slot.
using call_owner_actor = caf::typed_actor<
    // A newer picture of the call in this slot. From the call.
    caf::reacts_to<record_ptr, slot>,
    // The call gives up this slot: it is over, or is where the record says. From the call.
    caf::reacts_to<caf::delete_atom, record_ptr, slot>>;

/// One call: its state machine, and the disconnects that wait for what comes of the first.
using call_actor = caf::typed_actor<
    // What the switch says of this call. From the link, in the switch's order.
    caf::reacts_to<call_event>,
    // This account keeps the call from now on, in this slot. From the account that has taken it in.
    caf::reacts_to<atom::placed, account_key, call_owner_actor, slot>,
    // Hang up. From the account or, where one call is named, from the link. The outcome goes to the job's
    // worker.
    caf::reacts_to<disconnect_job_ptr>,
    // What came of `hang_up`, or that the call is to be forgotten: from the link. Or, from the account, that
    // its symptoms may have changed.
    caf::reacts_to<link_notice>,
    // The directory knows the call's account name by this number now. From the account.
    caf::reacts_to<account_id>>;

/// A link as the connection of its switch sees it. The number is that of the session: what comes of a former
/// one is ignored.
using news_actor = caf::typed_actor<
    // What one read of the connection delivered, in order. From the connection's port.
    caf::reacts_to<std::uint64_t, switch_news>,
    // The connection is gone, and why. From the connection's port, after all news.
    caf::reacts_to<std::uint64_t, atom::closed, std::string>>;

/// Answer to an attach: news goes to `link` under this session number.
struct attached {
  std::uint64_t session = 0;
  news_actor link;
};

/// Where a connection asks to become its switch's: the cluster, a takeover, or the node.
using attach_actor = caf::typed_actor<
    // From an actor that waits for it on behalf of the connection (link_port.cpp); passed on by the cluster,
    // by way of a takeover where other nodes are up, to the node and from there to the link. Fails with
    // unknown_switch, stale_epoch, two_hosts, draining, no_room or too_late.
    caf::replies_to<attach_request>::with<attached>>;

/// One switch: turns its news into messages to its calls, and their hang-ups into lines to the switch.
using link_actor = news_actor::extend<
    // See attach_actor. From the node. Fails with unknown_switch, stale_epoch, two_hosts or no_room.
    caf::replies_to<attach_request>::with<attached>,
    // Hang this call up, which is the sender, for the job that asked first. Answered by a link_notice.
    caf::reacts_to<atom::hang_up, record_ptr, disconnect_job_ptr>,
    // The job is for the call of this id, which is the switch's own. From the node. Passed on to the call; an
    // unknown one is `gone` to the worker.
    caf::reacts_to<disconnect_job_ptr, std::string>,
    // By which accounts of calls are found from now on. From the node.
    caf::reacts_to<directory_ptr>,
    // News of this session has been worked off, and most of what it set in motion: the connection may read
    // on. From the echo.
    caf::reacts_to<atom::consumed, std::uint64_t>,
    // Another node wants the switch, which has connected to it with this epoch from this host. From the node.
    // The answer says what is here. Fails with unknown_switch, stale_epoch or two_hosts: the switch stays.
    caf::replies_to<atom::release, std::uint64_t, switch_host>::with<released>,
    // Calls that the node before had. From the node, before the attach that they are for.
    caf::reacts_to<atom::adopt, records>,
    // Accounts show all that this link waited for. From the call that was the last.
    caf::reacts_to<atom::settled>,
    // Another node's claim has won over the one of this term. From the node.
    caf::reacts_to<atom::yield, std::uint64_t>,
    // From itself, defaults::move_memory after `yield`: forget the calls, unless the switch has come back
    // since this term.
    caf::reacts_to<atom::let_go, std::uint64_t>,
    // Hang-ups from before a restart of this node, without an end. From the node.
    caf::reacts_to<atom::resume, outstanding_hang_ups_ptr>,
    // Hang-ups that another node was told of. From the node. Answered when they are this link's; fails with
    // unknown_switch, or busy when there are too many.
    caf::replies_to<atom::inherit, outstanding_hang_ups_ptr>::with<caf::ok_atom>,
    // Some of those that are kept for the node that has the switch, defaults::hang_ups_at_once at most; none
    // while the switch is here. From the node.
    caf::replies_to<atom::hang_ups>::with<outstanding_hang_ups_ptr>,
    // That node has acknowledged these: they are not this link's any more. From the node.
    caf::reacts_to<atom::passed_on, outstanding_hang_ups_ptr>,
    // The switch is not configured any more: forget its calls, and end. From the node.
    caf::reacts_to<atom::forget>,
    // From itself, after defaults::link_tick: work off what is due (retries, calls to forget, a late
    // snapshot).
    caf::reacts_to<caf::tick_atom>,
    // From itself, after defaults::ended_calls_check: forget which calls ended long ago.
    caf::reacts_to<caf::flush_atom>,
    // From the echo: go on with what was too much for one turn.
    caf::reacts_to<atom::proceed>,
    // How it is now. From the node.
    caf::replies_to<caf::get_atom>::with<link_status>>;

/// Gives a link its word back. An actor handles what it sends to itself at once; what comes back from here
/// has waited behind most of those that it woke before: enough to hold a switch up that tells too much.
using echo_actor = caf::typed_actor<
    // A delivery of this session has been worked off. From the link, and sent back to it.
    caf::reacts_to<atom::consumed, link_actor, std::uint64_t>,
    // Something is left to do. From the link, and sent back to it.
    caf::reacts_to<atom::proceed, link_actor>>;

} // namespace rollcall
