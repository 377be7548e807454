#pragma once

#include "apps/rollcall/output.hpp"

#include <boost/json.hpp>

#include <array>
#include <string_view>

namespace rollcall::cli {

/// The members of a switch in a report.
extern const std::array<column, 5> switch_columns;

/// What a node says of itself at `/readyz?verbose`, its lines made an object: `ready`, `reasons` why it is
/// not, `node` and `version`, which node it is (of an older one: neither), `switches` with switch_columns,
/// `elsewhere`, the switches that are connected to other nodes, `nodes`, the other nodes, and `other`, the
/// lines that are none of these.
boost::json::object node_report(std::string_view page);

} // namespace rollcall::cli
