#pragma once

#include "apps/rollcall/api_client.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rollcall::cli {

/// Whose calls a mass hang-up is for.
struct hang_up_target {
  enum class kind { account, customer };
  kind what = kind::account;
  std::int64_t id = 0;
  std::string username;           ///< of an account, instead of its id; else empty
  std::optional<std::int64_t> as; ///< under whose rights; none: the caller's own, never in trusted mode
};

/// What a hang-up would meet now.
struct hang_up_preview {
  std::string subject;      ///< `account 3 "801" of customer 2 "reseller"`, safe for terminals
  boost::json::array calls; ///< rows of those that would be hung up: from Idle to Connected
  caveats gaps;             ///< of the list that they were counted from
};

/// How many of these calls are of switches that their list does not vouch for: a hang-up may not reach them
/// now.
std::size_t of_unverified_switches(const hang_up_preview& found);

/// Looks at the calls and the names of a target. Sends nothing to a switch. Throws command_error: `not_found`
/// for a target that is unknown or out of scope.
hang_up_preview preview(api_client& api, const hang_up_target& target);

/// The same for calls named by their IDs; those that are not there, or are over, are left out.
hang_up_preview preview(api_client& api, const std::vector<std::string>& ids, std::optional<std::int64_t> as);

/// What a hang-up that nobody is asked about is to meet: `12 active calls of customer 2 "reseller" and its
/// subcustomers`, safe for terminals. A customer's calls are counted by its stats, an account's by their
/// list. What cannot be found out is told as not known, and throws nothing; no request waits longer than two
/// seconds.
/// `remark` follows a number that is known.
std::string announced(const server& to, const hang_up_target& target, const std::string& remark = {});

/// ` "root"`, the name of a customer as it sees itself, safe for terminals; empty where it cannot be found
/// out.
std::string name_of_customer(const server& to, std::int64_t id);

/// What the API takes to hang up a target: `i_account` or `account`, or `i_customer`, and whose rights.
boost::json::object parameters_of(const hang_up_target& target);

/// Sends a hang-up. A time-out says that it may have been carried out.
api_answer order(api_client& api, const std::string& method, const boost::json::object& parameters);

} // namespace rollcall::cli
