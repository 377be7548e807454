#pragma once

#include "domain/base/ids.hpp"
#include "domain/base/time.hpp"
#include "domain/calls/call_state.hpp"
#include "domain/calls/text_fields.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// What a switch says of one call: its `call` object of the feed. A field that is absent keeps the value it
/// has. Texts are as the switch sent them; records clean them. An `end` object is an event with state Dead.
struct call_event {
  std::string id; ///< the switch's own id of the call, without the switch's name; never empty
  call_state state = call_state::idle;
  bool awaited = false;             ///< who passed it on wants to know when the account shows it
  bool revives = false;             ///< a snapshot names the call: it goes on even if its end was told
  bool unseen = false;              ///< of an end: no word of the switch, but a snapshot without the call
  bool reuses_id = false;           ///< of a first sight: a former call of the switch has this id, too
  std::optional<bool> media;        ///< false: none flows
  timestamp received;               ///< when the node read the line
  std::optional<timestamp> ended;   ///< the `time` of an `end`
  std::optional<timestamp> setup;   ///< required on the first sight of a call
  std::optional<timestamp> connect; ///< when it was answered; on Connected without it, `received` counts
  std::optional<account_id> account;
  std::optional<connection_id> connection;
  text_fields texts; ///< all but call_text::id, which is not the switch's to say
};

using call_events = std::vector<call_event>;

} // namespace rollcall
