#pragma once

#include "domain/directory/directory.hpp"

#include <string>

namespace rollcall {

/// A hash of what the entries say, in 32 hex digits: by it nodes find out that their directories differ. The
/// same in whatever order the entries are, and whatever database they come from. No protection against
/// anybody who wants two directories to look alike.
std::string hash_of(const directory_entries& entries);

} // namespace rollcall
