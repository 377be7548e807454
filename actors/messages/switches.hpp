#pragma once

#include "actors/switch_connection.hpp"
#include "domain/base/ids.hpp"
#include "domain/calls/call_record.hpp"
#include "domain/calls/switch_news.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rollcall {

/// A switch that may connect or is connected to. From the daemon to the node, which has a link for each.
struct switch_settings {
  switch_name name;
  environment_id environment;
};

/// A connection that has shown its credentials wants to be its switch's. From the connection's side to the
/// cluster, by way of a takeover where other nodes are up, to the node and the link, which answers
/// `attached`. Those on the way fill in what other nodes know of the switch.
struct attach_request {
  switch_name name;
  std::uint64_t epoch = 0;          ///< grows with every connection of the switch
  switch_connection_ptr connection; ///< null: the node that had the switch drains, and this one inherits
  std::uint64_t above = 0;          ///< the highest term that the switch had at another node
  bool whole = true;                ///< whatever another node had of its calls has been adopted
  bool told = false;                ///< and that was all of them once
  name_history holders = {};        ///< who connected to another node under this name
  std::string run = {};             ///< of the switch's process, as the other node knew it; empty: unknown
};

/// Pictures of calls that another node had. From the takeover to the node and the link.
using records = std::vector<record_ptr>;

/// What a link that was asked to release its switch has. Its answer to the takeover of another node.
struct released {
  std::uint64_t term = 0; ///< of its claim
  bool whole = false;     ///< of its claim
  bool connected = false; ///< until now
  std::uint64_t calls = 0;
  bool told = false; ///< the switch has told all its calls once
  name_history holders = {};
  std::string run = {}; ///< of the switch's process, as far as it has said so

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, released& x) {
    return f(x.term, x.whole, x.connected, x.calls, x.told, x.holders, x.run);
  }
};

/// The state of one switch link, for /readyz and /metrics. The link's answer to the node.
struct link_status {
  switch_name name;
  bool connected = false;
  bool synced = false;      ///< had a whole snapshot since it first connected
  bool in_snapshot = false; ///< a snapshot is under way, or awaited since the connection came
  std::uint64_t calls = 0;
  std::uint64_t unverified = 0; ///< calls kept from before the connection was lost
  bool given_up = false;        ///< it was awaited for too long, and is not any more
  std::uint64_t refused = 0;    ///< calls that were one too many, since the last snapshot began
  std::uint64_t ended = 0;      ///< calls that are over and remembered, so that no late line revives them
  std::string trouble = {};     ///< what is wrong with the switch itself, for humans
};

/// Of all links that answered in time. The node's answer to the daemon.
using link_statuses = std::vector<link_status>;

} // namespace rollcall
