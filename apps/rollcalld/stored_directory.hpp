#pragma once

#include "apps/config/config.hpp"
#include "domain/directory/directory.hpp"
#include "storage/directory_store.hpp"

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

/// Both for the store that the configuration names. Throws unusable_config, and database_away.
directory_ptr read_directory(const config& config);

} // namespace rollcall
