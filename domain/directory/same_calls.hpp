#pragma once

#include "domain/directory/directory.hpp"

namespace rollcall {

/// True when all that `before` says of customers, vendors and connections, and of usernames, `after` says
/// too: then rows that were told by the one are right by the other, as far as no account has changed hands.
/// What is new does not count, but for connections, nor do passwords and logins.
bool has_same_calls(const directory& before, const directory& after);

} // namespace rollcall
