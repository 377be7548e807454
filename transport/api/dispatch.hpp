#pragma once

#include "transport/api/invocation.hpp"

namespace rollcall::api {

/// Finds the method, runs it, counts what came of it, and hands that to `done`: once, whatever happens, on
/// this thread or one of the actor system. Each part of a system.multicall comes here as if it came alone.
void dispatch(const invocation_ptr& call, done_fn done);

} // namespace rollcall::api
