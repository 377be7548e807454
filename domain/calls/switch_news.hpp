#pragma once

#include "domain/calls/call_event.hpp"

#include <string>
#include <variant>
#include <vector>

namespace rollcall {

/// All calls that the switch has follow, up to snapshot_end.
struct snapshot_begin {};

/// Every call of this switch that was not named since snapshot_begin is over.
struct snapshot_end {};

/// The switch will not hang this call up.
struct refusal {
  std::string id; ///< the switch's own id of the call
  std::string message;
};

/// Whoever tells this wants to know when the link has worked off everything before it.
struct barrier {};

/// Something that the switch said, and that makes no sense: it may be of any call, or of the one that it
/// names.
struct malformed_event {
  std::string reason; ///< what is wrong with it, naming the field
  std::string call =
      {}; ///< the switch's own id of the call that it is about; empty when not even that is known
};

/// A part of it that was of no use: the rest counts.
struct malformed_field {
  std::string reason; ///< what is wrong with it, naming the call and the field
};

/// One thing a switch said. The order in which they came is part of their meaning, so they travel together.
using news_item = std::variant<call_event, snapshot_begin, snapshot_end, refusal, barrier, malformed_event,
                               malformed_field>;

/// What one read of a switch's connection delivered, in order.
using switch_news = std::vector<news_item>;

} // namespace rollcall
