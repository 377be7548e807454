#pragma once

#include "domain/directory/directory.hpp"
#include "domain/directory/directory_faults.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall {

/// One thing that is wrong with an import file.
struct import_fault {
  std::size_t line = 0; ///< 0: it is about nothing that has a line in the file
  std::string text;     ///< names the entry: `customers[2] (i_customer 5): web_login must be a string`
};

/// All that is wrong with an import file. what() has a line `LINE: text` for each, in the order of the file.
class import_error : public directory_error {
public:
  explicit import_error(std::vector<import_fault> all);
  const std::vector<import_fault>& all() const noexcept { return all_; }

private:
  std::vector<import_fault> all_;
};

/// One of the `logins` of a customer as an import file gives it. `entry.password` holds its `digest`, if it
/// has one.
struct login_change {
  login entry;
  std::optional<std::string> api_password{}; ///< in clear, only on its way to the hashes
  bool keeps_rights = false; ///< api_rights is left out: a login that the customer has keeps them
};

/// A customer as an import file gives it. `entry.password` holds the file's `digest`, if it has one, and
/// `logins` what `entry` has none of.
struct customer_change {
  customer entry;
  std::optional<std::string> api_password; ///< in clear, only on its way to the hashes
  bool keeps_access = false;               ///< api_access is left out: a customer that is there keeps it
  bool keeps_login = false;                ///< web_login is left out: the same
  bool keeps_rights = false;               ///< api_rights is
  bool keeps_limit = false;                ///< max_sessions is
  bool keeps_logins = false;               ///< logins is
  std::vector<login_change> logins{};      ///< all that the customer is to have
};

/// An account as an import file gives it.
struct account_change {
  account entry;
  bool keeps_limit = false; ///< max_sessions is left out: an account that is there keeps it
};

/// What an import file holds: entries to create or, where the id exists, to replace. What stays when an entry
/// does not mention it is a customer's password, logins, rights and api_access, and max_sessions: silence
/// locks nobody out, and gives nobody more.
struct directory_changes {
  /// Where an entry stands in its file.
  struct place {
    std::size_t number = 0; ///< within its section, from 0
    std::size_t line = 0;
  };

  std::optional<std::string> realm; ///< of the digests in the file; must be the database's
  std::vector<environment> environments;
  std::vector<customer_change> customers;
  std::vector<account_change> accounts;
  std::vector<vendor> vendors;
  std::vector<connection> connections;

  /// Of the entries above, by kind, in their order; none where they are of no file.
  std::map<entry_kind, std::vector<place>> places;
  /// What is wrong with the file by itself, and with which entries: of these nothing more need be said.
  std::vector<import_fault> faults;
  std::set<std::pair<entry_kind, std::int64_t>> faulty;
};

/// What the changes make of the stored entries.
struct merged_directory {
  directory_entries entries; ///< everything; directory::link() takes it
  directory_entries changed; ///< the part of it that is new or different
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t unchanged = 0;
};

/// Applies `changes`, by id, to what is stored, and hashes the passwords in them. Throws import_error for an
/// id given twice in the file and for a web_login that changes without its password: the stored hash covers
/// the login and cannot be moved to another. The logins of a customer come out in the order of their names.
merged_directory merge(directory_entries stored, const directory_changes& changes, std::string_view realm);

/// The same for an import: also what is wrong with the file by itself, and what directory::link() would
/// refuse of the whole, all of it in one import_error.
merged_directory merge_checked(directory_entries stored, const directory_changes& changes,
                               std::string_view realm);

/// Throws directory_error when an import of `changes` for the realm `wanted` does not fit the passwords that
/// `database` holds, which are of the realm `stored`; empty: it holds none yet.
void check_realm(std::string_view stored, std::string_view wanted, const directory_changes& changes,
                 std::string_view database);

} // namespace rollcall
