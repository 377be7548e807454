#pragma once

#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>

#include <cstdint>
#include <string>

namespace rollcall {

/// What can go wrong in a request to an actor of ours, besides CAF's own errors.
enum class ec : std::uint8_t {
  none,
  unknown_switch,  ///< no switch of that name is configured
  stale_epoch,     ///< a connection with the same or a higher epoch is up
  too_late,        ///< the deadline passed before everyone had answered
  not_audited,     ///< the audit log could not be written
  two_hosts,       ///< another host uses the switch's name
  node_missing,    ///< of these nodes no answer came; a message says which
  expired,         ///< an order came too late: nothing of it was begun
  other_directory, ///< an order of a node with another directory: nothing of it was begun
  unknown_node,    ///< no member of the cluster has that name
  node_up,         ///< it is up: only one that is not can be forgotten
  draining,        ///< the node is about to leave and takes no switches
  busy,            ///< the switch is on its way to this node already
  not_drained,     ///< a message says why
  no_room,         ///< the switch has more calls than it may have
  no_history,      ///< it cannot be read
  restarted,       ///< the node has, since it counted what an order may do: nothing of it was begun
  not_counted,   ///< the calls of an order that is held to something: nothing of it was begun; a message says
                 ///< why
  out_of_bounds, ///< what an order is held to is not what it would do; a message says which
};

std::string to_string(ec code);

} // namespace rollcall

CAF_ERROR_CODE_ENUM(rollcall::ec, "rollcall")
