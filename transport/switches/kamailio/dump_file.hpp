#pragma once

#include "transport/switches/kamailio/settings.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>

namespace rollcall::kamailio {

/// The file into which a Kamailio dumps its dialogs once. `number` is one that nobody can guess: what lies
/// there can only be the answer to this dump, not one of before, of another node, or of somebody else. Empty
/// when the Kamailio shall not dump.
std::filesystem::path dump_file(const settings& of, std::uint64_t number);

/// With a number of its own.
std::filesystem::path new_dump_file(const settings& of);

/// Removes what dumps that were given up have left there, when it is older than `age`: a younger one may be
/// another node's.
void remove_old_dumps(const settings& of, std::chrono::seconds age);

} // namespace rollcall::kamailio
