#include "transport/switches/asterisk/ami_values.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::asterisk_values_test {

using namespace asterisk;
using namespace std::chrono_literals;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

template <class F>
void check(F made_of, const pairs& table) {
  for (const auto& [text, value] : table) {
    CAPTURE(text);
    CHECK(std::string{made_of(text)} == value);
  }
}

} // namespace

TEST_CASE("asterisk: which ids are taken") {
  CHECK(is_leg_id("lab-1795869159.29"));
  CHECK(is_leg_id("1795869159.29"));
  CHECK(is_leg_id(std::string(149, 'x') + ";2"));
  for (const std::string bad : {"", "a b", "a\rb", "a\nb", "a\tb", "\x7f", "\xc3\xa4"})
    CHECK_FALSE(is_leg_id(bad));
  for (const std::string other : {"/x/", "/PJSIP/", "PJSIP/801-1", "a/2"}) // names, patterns, ids of calls
    CHECK_FALSE(is_leg_id(other));
  CHECK_FALSE(is_leg_id(std::string(152, 'x')));
  CHECK_FALSE(is_leg_id(std::string(1, '\0')));
}

TEST_CASE("asterisk: what a channel's name says") {
  CHECK(kind_of("PJSIP/801-00000017") == leg_kind::external);
  CHECK(kind_of("DAHDI/i1/4930-1") == leg_kind::external);
  CHECK(kind_of("Local/902@route-00000000;1") == leg_kind::half);
  for (const std::string_view internal :
       {"CBAnn/600-00000000;2", "Surrogate/801", "UnicastRTP/127.0.0.1:9000-0x7f", "MulticastRTP/0x7f",
        "AudioSocket/127.0.0.1:9000-1", "WebSocket/media/0x7f", "OutgoingSpoolFailed"})
    CHECK(kind_of(internal) == leg_kind::internal);
  check(endpoint_of, {{"PJSIP/carrier-a-0000001a", "carrier-a"},
                      {"PJSIP/801-00000017", "801"},
                      {"PJSIP/801", ""},
                      {"PJSIP-1/801", ""},
                      {"PJSIP/-00000017", ""},
                      {"", ""}});
  check(pair_of, {{"Local/902@route-00000000;1", "Local/902@route-00000000;"},
                  {"Local/902@route-00000000;2", "Local/902@route-00000000;"},
                  {"Local/902@route-00000000", ""},
                  {"PJSIP/801-00000017;1", ""}});
}

TEST_CASE("asterisk: states and kinds of bridges") {
  CHECK(state_of("0") == leg_state::down);
  CHECK(state_of("4") == leg_state::calling);
  CHECK(state_of("5") == leg_state::ringing);
  CHECK(state_of("6") == leg_state::up);
  for (const std::string_view none : {"", "8", "-1", "6x", "99999999999999999999"})
    CHECK(state_of(none) == std::nullopt);
  CHECK(bridge_kind_of("basic") == bridge_kind::conversation);
  CHECK(bridge_kind_of("parking") == bridge_kind::holding);
  CHECK(bridge_kind_of("holding") == bridge_kind::holding);
  CHECK(bridge_kind_of("base") == bridge_kind::conference);
  CHECK(bridge_kind_of("stasis") == bridge_kind::conference);
  CHECK(bridge_kind_of("") == bridge_kind::conference);
}

TEST_CASE("asterisk: numbers and addresses") {
  check(number_of, {{"4930", "4930"}, {"<unknown>", ""}, {"", ""}});
  check(dialled_extension, {{"4930", "4930"}, {"s", ""}, {"h", ""}, {"", ""}});
  check(number_in, {{"15557777@carrier-a", "15557777"},
                    {"PJSIP/901", "901"},
                    {"Local/902@route", "902"},
                    {"901", "901"},
                    {"PJSIP/carrier/sip:1555@host", "1555"},
                    {"sips:1555@host", "1555"},
                    {"", ""},
                    {"@", ""}});
  check(media_address, {{"127.0.2.11:30008", "127.0.2.11"},
                        {"[2001:db8::1]:30008", "2001:db8::1"},
                        {"(null)", ""},
                        {"", ""},
                        {"[", ""},
                        {"[]", ""}});
}

TEST_CASE("asterisk: times") {
  CHECK(time_in("1795869159.298725") == timestamp{1795869159298725us});
  CHECK(time_in("1795869159.5") == timestamp{1795869159500000us});
  CHECK(time_in("1795869159.123456789") == timestamp{1795869159123456us});
  CHECK(time_in("1795869159") == timestamp{1795869159s});
  for (const std::string_view none :
       {"", "0", "x", "1795869159.", "1795869159.x", "1795869159.123456abc", "-1", "1e9", "253402300800"})
    CHECK(time_in(none) == std::nullopt);
  CHECK(time_of_id("lab-1795869159.29") == timestamp{1795869159s});
  CHECK(time_of_id("a-b-1795869159.29") == timestamp{1795869159s});
  CHECK(time_of_id("1795869159.29") == timestamp{1795869159s});
  for (const std::string_view none :
       {"", "chosen", "lab-1795869159", "lab-.29", "campaign-17.3", "999999999.1", "x-999999999999.1"})
    CHECK(time_of_id(none) == std::nullopt);
}

} // namespace rollcall::asterisk_values_test
