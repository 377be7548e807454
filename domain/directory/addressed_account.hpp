#pragma once

#include "domain/directory/account_key.hpp"
#include "domain/directory/directory.hpp"

#include <optional>
#include <string_view>

namespace rollcall {

/// An account as a customer has named it.
struct addressed_account {
  account_key key;   ///< where its calls are kept; without a number: among those of unknown names
  customer_id owner; ///< whose they are
  bool known = true; ///< the directory has it
};

/// Which account `id` is for `scope`. A root customer may also name one that the directory does not know in
/// its environment: what its switches say of it belongs to the root (feed.md). None where nobody of the scope
/// could have such calls; that an id is another's and that there is none look the same.
std::optional<addressed_account> address(const directory& dir, customer_id scope, account_id id);

/// The same for a username. Of one that is not known, key.account is not either: calls of other unknown names
/// are kept there too. None for an unknown name that calls of other names may bear as well.
std::optional<addressed_account> address(const directory& dir, customer_id scope, std::string_view username);

} // namespace rollcall
