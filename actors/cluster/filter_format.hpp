#pragma once

#include "actors/wire.hpp"
#include "domain/lists/call_filter.hpp"

namespace rollcall::wire {

filter filter_of(const call_filter& from);

/// What another node has sent. With a pattern that is none it selects nothing.
call_filter filter_from(const filter& sent);

} // namespace rollcall::wire
