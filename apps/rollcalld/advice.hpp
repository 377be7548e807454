#pragma once

#include "storage/sqlite.hpp"

#include <string>
#include <system_error>

/// What to do about something that the machine does not give, to be read on from its reason; empty: nothing
/// to say.
namespace rollcall {

/// Of an address that cannot be listened on.
std::string advice_for(const std::error_code& failure);

/// Of a file that is the daemon's own.
std::string advice_for(const sqlite::error& failure);

} // namespace rollcall
