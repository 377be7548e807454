#pragma once

#include "apps/rollcall/api_client.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>

namespace rollcall::cli {

/// The calls of each account, as the two methods of the API tell them.
struct stats {
  boost::json::array rows; ///< objects `i_account`, `total`, `connected`, by account
  std::int64_t total = 0;
  std::int64_t connected = 0;
  caveats gaps;
};

/// Reads an answer of getAccountCallStats or getAccountCallStatsCustomer. Throws command_error when it is
/// none.
stats read_stats(const api_answer& answer);

/// Asks for the accounts of `customer`, or of the caller, and with `recursive` for those of its descendants.
stats ask_stats(api_client& api, std::optional<std::int64_t> customer, bool recursive);

} // namespace rollcall::cli
