#pragma once

#include "transport/switches/kamailio/snapshot_failure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

// What the JSON-RPC answers that a snapshot is made of say. All pure.

/// Null when `text` is the answer to `request` and no error.
std::optional<snapshot_error> error_of(std::string_view text, std::uint64_t request);

/// The number of dialogs in an answer to dlg.stats_active; none when it is not there.
std::optional<std::uint64_t> dialogs_counted(std::string_view text);

/// The run of a Kamailio in the answer to htable.get; none when it is not there.
std::optional<std::string> run_told(std::string_view text);

/// True for an answer whose result is a list, of which nothing is left when its objects are cut out.
bool is_list_of_objects(std::string_view skeleton);

} // namespace rollcall::kamailio
