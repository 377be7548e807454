#pragma once

#include "actors/messages.hpp"
#include "transport/api/filters.hpp"
#include "transport/api/params.hpp"

#include <array>
#include <string_view>

namespace rollcall::api {

/// The parameters that say which calls are meant, in every method that reads some (events.md, 1): whose they
/// are, and the filters.
constexpr auto selection_parameters = joined(
    std::array<std::string_view, 4>{"i_customer", "recursive", "i_account", "account"}, filter_parameters);

/// For the help of such a method.
constexpr std::string_view selection_help =
    "i_customer (whose calls; must be given in trusted mode), recursive (boolean, default true: with the "
    "calls "
    "of subcustomers), i_account, account (its username; a root customer may also name accounts that the "
    "directory does not know), i_vendor, i_connection (only calls of these; i_connection takes precedence "
    "over "
    "i_vendor), node_id, switch, ID (a string, or an array of 1 to 1000 of them), cli, cld, call_id, "
    "media_ip of "
    "either side (exact; * at the beginning, the end or both stands for anything, \\* is the character), "
    "direction, cc_state (a string, or an array of them), min_duration, max_duration, min_delay, max_delay, "
    "min_age (seconds since SETUP_TIME, of calls that are not over), suspect (boolean: only calls with a "
    "symptom; false: without any)";

/// Reads them, and finds out whose calls are meant. The fault is the first that `in` has met, or that the
/// caller may not know of them.
xmlrpc::or_fault<list_request> read_selection(param_reader& in, const invocation& call);

} // namespace rollcall::api
