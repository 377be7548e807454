#include "transport/switches/common/line_parser.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace rollcall::feed_hello_line_test {

TEST_CASE("a hello is refused for the reason that fits, and another version before anything else") {
  const std::tuple<std::string, close_reason, std::string> table[] = {
      {"x", close_reason::bad_message, "not JSON: not a JSON object"},
      {R"({"type":"ping"})", close_reason::bad_message, "the first line must be a hello"},
      {R"({"version":1})", close_reason::bad_message, "the first line must be a hello"},
      {R"({"type":"hello"})", close_reason::bad_message, "hello: version is required"},
      {R"({"type":"hello","version":"1"})", close_reason::bad_message, "hello: version must be an integer"},
      {R"({"type":"hello","version":2})", close_reason::bad_version,
       "this node speaks version 1 of the feed"},
      {R"({"type":"hello","version":1,"secret":"x","epoch":1})", close_reason::bad_message,
       "hello: switch is required"},
      {R"({"type":"hello","version":1,"switch":"a","epoch":1})", close_reason::bad_message,
       "hello: secret is required"},
      {R"({"type":"hello","version":1,"switch":"a","secret":"x"})", close_reason::bad_message,
       "hello: epoch is required"},
      {R"({"type":"hello","version":1,"switch":"a","secret":"x","epoch":1.5})", close_reason::bad_message,
       "hello: epoch must be an integer from 0 to 9223372036854775807"},
      {R"({"type":"hello","version":1,"switch":"a","secret":"x","epoch":-1})", close_reason::bad_message,
       "hello: epoch must be an integer from 0 to 9223372036854775807"},
      {R"({"type":"hello","version":1,"switch":"a","secret":"x","epoch":9223372036854775808})",
       close_reason::bad_message, "hello: epoch must be an integer from 0 to 9223372036854775807"},
      {R"({"type":"hello","version":1,"switch":"a","secret":"x","epoch":18446744073709551615})",
       close_reason::bad_message, "hello: epoch must be an integer from 0 to 9223372036854775807"},
      {R"({"type":"hello","version":1,"switch":"a","secret":"x","epoch":18446744073709551616})",
       close_reason::bad_message, "hello: epoch must be an integer from 0 to 9223372036854775807"},
  };
  for (const auto& [line, why, message] : table) {
    CAPTURE(line);
    const auto result = switches::line_parser{}.parse_hello(line);
    REQUIRE(std::holds_alternative<switches::refused_hello>(result));
    CHECK(std::get<switches::refused_hello>(result).why == why);
    CHECK(std::get<switches::refused_hello>(result).message == message);
  }
}

TEST_CASE("a hello tells who the switch is") {
  const auto result = switches::line_parser{}.parse_hello(
      R"({"type":"hello","version":1,"switch":"sbc-1","secret":"\u00e9","epoch":9223372036854775807,"vendor":"x",)"
      R"("run":"4711\n","can":["block","ping","fly","move"]})");
  REQUIRE(std::holds_alternative<switches::hello>(result));
  const auto& said = std::get<switches::hello>(result);
  CHECK(said.name == "sbc-1");
  CHECK(said.secret == "\xC3\xA9");
  CHECK(said.epoch == INT64_MAX);
  CHECK(said.run == "4711\xEF\xBF\xBD");
  CHECK(said.can_ping);
  CHECK(said.can_move);
  CHECK(said.bad_fields.empty());
}

TEST_CASE("an invalid optional field of a hello costs only that field") {
  const std::string head = R"({"type":"hello","version":1,"switch":"a","secret":"x","epoch":1)";
  for (const std::string fields :
       {R"(,"run":7,"can":"ping")", R"(,"run":[],"can":[1])", R"(,"run":{},"can":{"ping":1})"}) {
    CAPTURE(fields);
    const auto result = switches::line_parser{}.parse_hello(head + fields + "}");
    REQUIRE(std::holds_alternative<switches::hello>(result));
    const auto& said = std::get<switches::hello>(result);
    CHECK(said.run.empty());
    CHECK_FALSE(said.can_ping);
    CHECK(
        said.bad_fields
        == std::vector<std::string>{"hello: run must be a string", "hello: can must be an array of strings"});
  }
  const auto plain = std::get<switches::hello>(switches::line_parser{}.parse_hello(head + "}"));
  CHECK(plain.run.empty());
  CHECK_FALSE(plain.can_ping);
  CHECK_FALSE(plain.can_move);
}

} // namespace rollcall::feed_hello_line_test
