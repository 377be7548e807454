#pragma once

#include "domain/calls/call_record.hpp"

namespace rollcall {

/// A call that changes accounts, and that a list does not show though one of its accounts may: it is over by
/// now, or the filter does not select it any more, or it has left the scope.
struct hidden_call {
  record_ptr newest; ///< as far as the accounts of the scope know
  /// The oldest that one of them shows, of those that match: it has yet to hear of the move. Null: none does.
  record_ptr older;
  bool over = false; ///< it is forgotten where it went
};

} // namespace rollcall
