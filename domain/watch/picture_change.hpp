#pragma once

#include "domain/calls/call_record.hpp"

#include <cstdint>

namespace rollcall {

/// One change of a call. All changes of one call are told in their order.
struct picture_change {
  std::uint64_t position = 0; ///< counts the changes of one node, from 1
  record_ptr before;          ///< what was shown until then; null: nothing was
  record_ptr after;
  bool let_go = false; ///< it goes on where another node tells it: nothing is known of it here any more
  /// Nobody watched when it came to the account of `after`, and only now that of `before` shows it no more:
  /// of use to those who were told of it by that one, and have heard nothing of it there.
  bool departed = false;
};

} // namespace rollcall
