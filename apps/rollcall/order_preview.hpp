#pragma once

#include "apps/rollcall/api_client.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace rollcall::cli {

/// How a hang-up is carried out (docs/control.md).
struct order_options {
  std::optional<std::int64_t> max; ///< more calls: nothing is sent
  std::string reason;              ///< for the audit log; empty: none

  /// Adds what was given.
  void add_to(boost::json::object& parameters) const;
};

/// What the server says that an order would hang up now.
struct order_preview {
  std::int64_t count = 0;
  std::int64_t failed = 0;    ///< could not be reached now
  boost::json::object answer; ///< all of it
  caveats gaps;
};

/// A dry run of the order. Throws command_error as api_client does.
order_preview preview_order(api_client& api, const std::string& method, boost::json::object parameters);

/// Holds an order to what a dry run of it has told: to those calls, or by a server of a version before to
/// their number.
void confirm(boost::json::object& parameters, const order_preview& found);

/// For people: how many calls, of whom, over what, how old and which for example; on several lines.
void write_preview(std::ostream& out, const order_preview& found);

} // namespace rollcall::cli
