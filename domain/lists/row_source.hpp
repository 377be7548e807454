#pragma once

#include "domain/base/ids.hpp"
#include "domain/calls/call_record.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace rollcall {

/// One row of a list.
struct call_row {
  const call_record* record = nullptr;
  customer_id customer;               ///< the account's direct customer
  timestamp now = {};                 ///< for which its running times are told; unknown: as the whole list
  std::optional<symptoms> found = {}; ///< of a list of suspect calls: as it looked at this one

  symptoms shown_symptoms() const { return found ? *found : record->symptoms(); }
};

/// A list that can never be told to its end: the rows of a node will not come, or are none.
class list_lost : public std::runtime_error {
public:
  list_lost(node_id node, const std::string& why)
      : std::runtime_error("the rows of " + node.value() + " are lost: " + why), node_(std::move(node)) {}

  /// Whose rows they are.
  const node_id& node() const noexcept { return node_; }

private:
  node_id node_;
};

/// Rows in order, read one by one. They may still be on their way from another node. One thread at a time
/// reads: calls next() and wait().
class row_source {
public:
  enum class step : std::uint8_t {
    row,
    pending, ///< the next row has not come yet: wait() tells when it has
    end,
  };

  virtual ~row_source() = default;

  /// The next row, whose record lives until the following call at least. Throws list_lost when it will never
  /// come, and on every further call.
  virtual step next(call_row& row) = 0;

  /// False when there is something to read, or next() would throw or be at the end. Else `ready` is called
  /// once, on any thread, perhaps before wait() has returned, as soon as that is so. In both cases what there
  /// is to read may turn out not to be enough for a row: then next() is pending, and one waits again. A
  /// further wait() may take the place of the one before, whose `ready` may then never be called, nor may it
  /// when the source is gone. `ready` must neither block nor read. An empty one only asks.
  virtual bool wait(std::function<void()> ready) = 0;
};

} // namespace rollcall
