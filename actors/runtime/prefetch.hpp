#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/resumable.hpp>

#include <span>

namespace rollcall {

/// Fetches (see domain/base/prefetch.hpp) what sending a message to an actor reads and writes of it.
void prefetch_to_send(const caf::actor_control_block* receiver);

/// Fetches what running these jobs, which nobody else runs, reads and writes before they do anything of their
/// own.
void prefetch_to_run(std::span<caf::resumable* const> jobs);

} // namespace rollcall
