#include "apps/rollcall/terminal_text.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

using namespace rollcall::cli;

TEST_CASE("terminal text: what a terminal would obey is written out") {
  CHECK(for_terminal("\x1b[31mred") == "\\x1b[31mred");
  CHECK(for_terminal("a\nb\rc\td") == "a\\nb\\rc\\td");
  CHECK(for_terminal("\xC2\x9b"
                     "31m")
        == "\\x9b31m"); // C1 CSI
  CHECK(for_terminal("\xE2\x80\xAE"
                     "321")
        == "\\u{202e}321"); // right-to-left override
  CHECK(for_terminal(std::string("\0", 1)) == "\\x00");
}

TEST_CASE("terminal text: broken UTF-8 is shown byte by byte") {
  CHECK(for_terminal("a\x9b") == "a\\x9b");
  CHECK(for_terminal("\xC1\x9b") == "\\xc1\\x9b");
  CHECK(for_terminal("\xE2\x80") == "\\xe2\\x80");
  CHECK(for_terminal("\xED\xA0\x80") == "\\xed\\xa0\\x80");
}

TEST_CASE("terminal text: ordinary text stays as it is") {
  CHECK(for_terminal("Zo\xC3\xAB \xE2\x82\xAC 801") == "Zo\xC3\xAB \xE2\x82\xAC 801");
  CHECK(shown_width("Zo\xC3\xAB \xE2\x82\xAC") == 5);
}

TEST_CASE("terminal text: no bytes at all get a control through") {
  CHECK(rc::check([](const std::string& any) {
    const auto shown = for_terminal(any);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto byte = static_cast<unsigned char>(shown[i]);
      RC_ASSERT(byte >= 0x20 && byte != 0x7F);
      if (byte == 0xC2)
        RC_ASSERT(static_cast<unsigned char>(shown[i + 1]) >= 0xA0);
    }
    RC_ASSERT(for_terminal(shown) == shown);
  }));
}

TEST_CASE("JSON means the same when what a terminal would obey is escaped, wherever it is written to") {
  const auto same = [](const boost::json::value& value) {
    const auto text = escaped_json(boost::json::serialize(value));
    CHECK(boost::json::parse(text) == value);
    return text;
  };
  CHECK(same({{"CLI", "\xC2\x9b"
                      "31m\xE2\x80\xAE"
                      "801\x7f\x1b\n"}})
        == "{\"CLI\":\"\\u009b31m\\u202e801\\u007f\\u001b\\n\"}");
  CHECK(same({{"CLI", "Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80"}})
        == "{\"CLI\":\"Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80\"}");
  CHECK(escaped_json("{\n \"a\": 1,\r\n\t\"b\": 2}\n") == "{\n \"a\": 1,\r\n\t\"b\": 2}\n");
  CHECK(escaped_json("\"a\x9b\"") == "\"a\\ufffd\"");
}

TEST_CASE("JSON of any text holds no byte that a terminal would obey") {
  CHECK(rc::check([](const std::string& any) {
    for (const unsigned char c : escaped_json(boost::json::serialize(boost::json::value(any))))
      RC_ASSERT(c >= 0x20 && c != 0x7F);
  }));
}
