#pragma once

#include "domain/calls/call_event.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace rollcall::bench {

/// What a switch says of a connected call: the nth, set up a tenth of a millisecond after the one before.
inline call_event sample_call(std::int64_t n, account_id account) {
  call_event event;
  event.id = std::to_string(n);
  event.state = call_state::connected;
  event.setup = *timestamp_from_seconds(1.7e9) + std::chrono::microseconds{100 * n};
  event.connect = *event.setup + std::chrono::seconds{3};
  event.account = account;
  event.texts.set(call_text::sip_call_id, event.id + "-44f79741@192.168.0.11");
  event.texts.set(call_text::cli, "4420" + std::to_string(10'000'000 + n));
  event.texts.set(call_text::cld, "4930" + std::to_string(10'000'000 + n));
  event.texts.set(call_text::caller_media_ip, "192.168.22.7");
  event.texts.set(call_text::callee_media_ip, "192.168.22.54");
  event.texts.set(call_text::direction, "vendor");
  return event;
}

} // namespace rollcall::bench
