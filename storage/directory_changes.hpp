#pragma once

#include "domain/directory.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// A customer as an import file gives it. `entry.password` holds the file's `digest`, if it has one.
struct customer_change {
  customer entry;
  std::optional<std::string> api_password; ///< in clear, only on its way to the hashes
};

/// What an import file holds: entries to create or, where the id exists, to replace. A customer's password is
/// the one thing that stays when its entry does not mention it.
struct directory_changes {
  std::optional<std::string> realm; ///< of the digests in the file; must be the database's
  std::vector<environment> environments;
  std::vector<customer_change> customers;
  std::vector<account> accounts;
  std::vector<vendor> vendors;
  std::vector<connection> connections;
};

/// What the changes make of the stored entries.
struct merged_directory {
  directory_entries entries; ///< everything, not yet checked: that is directory::link's
  directory_entries changed; ///< the part of it that is new or different
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t unchanged = 0;
};

/// Applies `changes`, by id, to what is stored, and hashes the passwords in them. Throws directory_error,
/// naming the entry, for an id given twice in the file and for a web_login that changes without its password:
/// the stored hash covers the login and cannot be moved to another.
merged_directory merge(directory_entries stored, const directory_changes& changes, std::string_view realm);

/// Throws directory_error when an import of `changes` for the realm `wanted` does not fit the passwords that
/// `database` holds, which are of the realm `stored`; empty: it holds none yet.
void check_realm(std::string_view stored, std::string_view wanted, const directory_changes& changes,
                 std::string_view database);

} // namespace rollcall
