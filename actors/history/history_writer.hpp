#pragma once

#include "actors/context.hpp"
#include "actors/interfaces.hpp"
#include "domain/history/history_store.hpp"

#include <caf/fwd.hpp>

#include <memory>

namespace rollcall {

/// Spawns the writer of the history. What cannot be written is kept, in order, and written as soon as it can
/// be. An exit makes it try once more, and end. `own_thread`: the sink may wait for the disk.
history_writer_actor spawn_history_writer(caf::actor_system& system, context_ptr context,
                                          std::shared_ptr<history_sink> sink, bool own_thread = true);

/// Spawns the reader of the history, which answers one request after the other. `own_thread`: the source may
/// wait for the disk.
history_reader_actor spawn_history_reader(caf::actor_system& system, context_ptr context,
                                          std::shared_ptr<history_source> source, bool own_thread = true);

} // namespace rollcall
