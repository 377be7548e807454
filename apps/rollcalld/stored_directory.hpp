#pragma once

#include "apps/config/config.hpp"
#include "domain/directory/directory.hpp"
#include "storage/directory_store.hpp"
#include "transport/metrics/directory_source.hpp"

#include <memory>
#include <string>

namespace rollcall {

/// A directory as it came from its store, linked, with the realm of its passwords.
struct stored_directory {
  std::string realm; ///< empty: nothing was imported yet
  directory_ptr content;
};

/// Throws as the store does.
stored_directory read_stored(directory_store& store);

/// Throws unusable_config when a node of this configuration cannot serve what is stored.
void check_usable(const stored_directory& stored, const config& config);

/// What was found where the configuration says that the directory is.
struct found_directory {
  enum directory_source::state state = directory_source::state::away;
  directory_ptr content;                          ///< null unless it is `current`
  std::string why;                                ///< it is not
  std::unique_ptr<watched_directory_store> store; ///< that was looked into; null where it could not be opened
};

/// Looks for a directory, and waits for none. Throws unusable_config for what no waiting mends: a database of
/// something else, or passwords of another realm.
found_directory find_directory(const config& config);

/// Makes an SQLite file that is missing, or holds nothing at all, without an entry. What stands in the way is
/// found when it is opened.
void make_missing_file(const directory_config& config);

} // namespace rollcall
