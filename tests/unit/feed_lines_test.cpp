#include "domain/base/text.hpp"
#include "transport/switches/common/quoted.hpp"
#include "transport/switches/feed/limits.hpp"
#include "transport/switches/feed/lines.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

namespace rollcall::feed_lines_test {

using namespace rollcall::feed;
namespace json = boost::json;

TEST_CASE("each line is the object of the feed, and ends") {
  CHECK(welcome_line("node-a") == "{\"type\":\"welcome\",\"version\":1,\"node_id\":\"node-a\"}\n");
  CHECK(error_line("bad_version", "no \"2\"")
        == "{\"type\":\"error\",\"code\":\"bad_version\",\"message\":\"no \\\"2\\\"\"}\n");
  CHECK(disconnect_line("960") == "{\"type\":\"disconnect\",\"id\":\"960\"}\n");
  CHECK(resync_line() == "{\"type\":\"resync\"}\n");
  CHECK(pong_line() == "{\"type\":\"pong\"}\n");
  CHECK(warning_line("a\\b") == "{\"type\":\"warning\",\"message\":\"a\\\\b\"}\n");
}

TEST_CASE("whatever a message holds, the line is one line of JSON and not too long") {
  CHECK(rc::check([] {
    const auto message = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    for (const auto& line :
         {warning_line(message), error_line("bad_message", message + std::string(2000, 'x'))}) {
      RC_ASSERT(line.find('\n') == line.size() - 1);
      RC_ASSERT(line.size() < switches::line_bytes);
      json::error_code ec;
      const auto value = json::parse(line, ec);
      RC_ASSERT(!ec);
      RC_ASSERT(is_clean(std::string_view{value.at("message").as_string()}));
    }
  }));
}

TEST_CASE("an id goes out as it came in") {
  for (const std::string id : {"960", "a\"b\\c", "\xC3\xA9 <&>"})
    CHECK(std::string_view{json::parse(disconnect_line(id)).at("id").as_string()} == id);
}

TEST_CASE("a quotation is one line of clean text, and is not cut within a character") {
  CHECK(switches::quoted("a\nb\x7F\xFF")
        == "'a\xEF\xBF\xBD"
           "b\xEF\xBF\xBD\xEF\xBF\xBD'");
  CHECK(switches::one_line("abc", 3) == "abc");
  CHECK(switches::one_line("abcd", 3) == "abc\xE2\x80\xA6");
  CHECK(switches::one_line("ab\xC3\xA9", 3) == "ab\xE2\x80\xA6");
  CHECK(switches::one_line("\xF0\x9F\x98\x80", 3) == "\xE2\x80\xA6");
}

TEST_CASE("a switch that is to move is told the addresses as a list, whatever they are") {
  const auto line = move_line({"10.0.0.2:9000", "a\"b"});
  const auto value = json::parse(line);
  CHECK(value.at("type").as_string() == "move");
  CHECK(value.at("nodes") == json::value{"10.0.0.2:9000", "a\"b"});
  CHECK(line.back() == '\n');
}

} // namespace rollcall::feed_lines_test
