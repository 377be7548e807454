#pragma once

#include "domain/calls/leg_call.hpp"
#include "domain/calls/switch_news.hpp"
#include "transport/switches/asterisk/settings.hpp"

#include <chrono>

namespace rollcall::asterisk {

/// What a link is told of a call: all of it, for what it knows already changes nothing.
call_event event_of(const leg_call& call, const settings& to, timestamp received);

/// And of its end.
call_event event_of(const call_ended& end, timestamp received);

/// What has become of calls, in order.
switch_news news_of(const call_changes& changes, const settings& to, timestamp received);

} // namespace rollcall::asterisk
