#pragma once

#include "apps/config/config.hpp"

namespace rollcall {

/// Throws unusable_config, naming the key, when `next` differs from `now` in what a reload cannot change: who
/// the node is, where it listens and where it keeps things.
void refuse_changes_that_need_a_restart(const config& now, const config& next);

} // namespace rollcall
