#pragma once

#include "actors/runtime/scheduler.hpp"

#include <boost/asio/io_context.hpp>

namespace rollcall {

/// What each thread of the daemon does until `sockets` is stopped: sees to what came by them, then lets the
/// actors run for a moment, and sleeps when there is nothing to do for either.
///
/// What is ready goes before the actors, as one event of a socket sets off some more; but not for long.
void take_turns(boost::asio::io_context& sockets, scheduler& actors);

} // namespace rollcall
