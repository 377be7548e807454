#pragma once

#include "actors/context.hpp"
#include "apps/config/config.hpp"
#include "domain/directory/directory.hpp"

namespace rollcall {

/// Has the actors of a node go by these durations and limits from now on.
void set_durations(node_context& context, const config& config);

/// Puts into the log which switches are not let in, as the directory does not have their environment.
void tell_of_homeless_switches(const config& config, const directory& dir);

} // namespace rollcall
