#pragma once

#include "apps/rollcall/output.hpp"
#include "domain/base/ids.hpp"

#include <boost/json.hpp>

#include <array>
#include <optional>

namespace rollcall {
class directory;
}

namespace rollcall::cli {

/// The members of an entry in rows of a directory.
extern const std::array<column, 10> directory_columns;

/// The entries as rows, in the order in which write_tree() draws them: `kind` (environment, customer,
/// account, vendor, connection), `id`, `above` (the id of the customer or vendor that it is directly below;
/// null for the topmost), `i_environment`, `name`, `web_login`, `api_access`, `api_rights` (names; null where
/// the usual ones hold), `max_sessions` (-1: no limit), `logins` (their names); what a kind does not have is
/// left out. With `top`, which must be known, that customer and what is below it.
boost::json::array directory_rows(const directory& whole, std::optional<customer_id> top);

} // namespace rollcall::cli
