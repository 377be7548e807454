#pragma once

#include "domain/lists/call_filter.hpp"
#include "transport/api/params.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace rollcall::api {

/// The parameters that select calls in every method that takes a filter (events.md, 1), beside those that say
/// whose they are.
constexpr std::array<std::string_view, 17> filter_parameters = {
    "i_vendor",     "i_connection", "node_id",   "ID",        "cli",    "cld",
    "call_id",      "media_ip",     "cc_state",  "direction", "switch", "min_duration",
    "max_duration", "min_delay",    "max_delay", "min_age",   "suspect"};

/// How many IDs one filter may name.
constexpr std::size_t most_ids = 1000;

/// Reads them. IDs are taken as they are shown, without `full_unicode` (shown_id.hpp).
call_filter read_filter(param_reader& in, bool full_unicode);

/// Names one after the other.
template <std::size_t A, std::size_t B>
constexpr std::array<std::string_view, A + B> joined(const std::array<std::string_view, A>& a,
                                                     const std::array<std::string_view, B>& b) {
  std::array<std::string_view, A + B> all{};
  std::size_t at = 0;
  for (const auto name : a)
    all[at++] = name;
  for (const auto name : b)
    all[at++] = name;
  return all;
}

} // namespace rollcall::api
