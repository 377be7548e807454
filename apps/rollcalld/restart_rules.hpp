#pragma once

#include "actors/messages.hpp"
#include "apps/config/config.hpp"
#include "domain/directory/directory.hpp"

#include <vector>

namespace rollcall {

/// Throws unusable_config, naming the key, when `next` differs from `now` in what a reload cannot change: who
/// the node is, where it listens and where it keeps things.
void refuse_changes_that_need_a_restart(const config& now, const config& next);

/// Throws unusable_config when a directory does not have the environment of one of these switches.
void refuse_loss_of_environments(const std::vector<switch_settings>& switches, const directory& dir);

/// Throws unusable_config when `next` gives one of these switches an environment that a directory does not
/// have.
void refuse_loss_of_homes(const std::vector<switch_settings>& switches, const config& next,
                          const directory& dir);

} // namespace rollcall
