#include "transport/switches/asterisk/call_news.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::asterisk_call_news_test {

namespace {

/// The direction in the event that a link gets for a call.
std::string direction_of(bool to_carrier, const std::string& said) {
  leg_call call;
  call.id = "1.1";
  call.to_carrier = to_carrier;
  call.said_direction = said;
  const auto event = asterisk::event_of(call, {}, {});
  return std::string{event.texts.get(call_text::direction).value_or("")};
}

} // namespace

TEST_CASE("a call's direction is told as the script says it, else as vendor when a carrier was dialled") {
  CHECK(direction_of(false, "").empty());
  CHECK(direction_of(true, "") == "vendor");
  CHECK(direction_of(true, "onnet_out") == "onnet_out");
  CHECK(direction_of(false, "onnet_in") == "onnet_in");
}

} // namespace rollcall::asterisk_call_news_test
