#include "domain/base/visible_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

namespace rollcall::visible_text_test {

namespace {

/// Of a character from U+0080 up.
std::string utf8(std::uint32_t code) {
  const auto tail = [code](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x800)
    return {static_cast<char>(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000)
    return {static_cast<char>(0xE0 | code >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

} // namespace

TEST_CASE("a text that only has what is seen stays as it is") {
  for (const std::string text :
       {"", "INVITE sip:801@example.com", "J\u00fcrgen \u4e2d \U0001F4DE", "\\x9b \"'"})
    CHECK(visible_text(text) == text);
}

TEST_CASE("controls of a terminal are seen and not obeyed, also those of eight bits") {
  CHECK(visible_text("a\x1B[2Jb") == "a\\x1b[2Jb");
  CHECK(visible_text("a\u009B2Jb") == "a\\x9b2Jb");
  CHECK(visible_text("\u0080\u0085\u009F\u00A0") == "\\x80\\x85\\x9f\u00A0");
  CHECK(visible_text("a\nb\rc\td\x7F") == "a\\nb\\rc\\td\\x7f");
  CHECK(visible_text(std::string{"a\0b", 3}) == "a\\x00b");
}

TEST_CASE("what turns the order of a line round is seen") {
  CHECK(visible_text("a\u202Eb\u2066c\u061Cd\u200Fe") == "a\\u{202e}b\\u{2066}c\\u{61c}d\\u{200f}e");
  CHECK(visible_text("\u00AD\uFFF9\uFFFB") == "\\xad\\u{fff9}\\u{fffb}");
  CHECK(visible_text("\u2028\u2029\uFEFF\u200B\U000E0041")
        == "\\u{2028}\\u{2029}\\u{feff}\\u{200b}\\u{e0041}");
}

TEST_CASE("of texts that look equal the one with characters that are not seen shows them") {
  const std::pair<std::uint32_t, std::uint32_t> invisible[] = {
      {0x34F, 0x34F},     {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},
      {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFF8},
      {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0000}, {0xE0100, 0xE01EF}};
  for (const auto& [first, last] : invisible)
    for (auto code = first; code <= last; ++code) {
      char escaped[16];
      std::snprintf(escaped, sizeof escaped, "\\u{%x}", static_cast<unsigned>(code));
      CHECK(visible_text("80" + utf8(code) + '1') == "80" + std::string{escaped} + '1');
    }
  for (const std::uint32_t code : {0x34E, 0x350, 0x115E, 0x1161, 0x17B3, 0x17B6, 0x180A, 0x3163, 0x3165,
                                   0xFDFF, 0xFE10, 0xFF9F, 0xFFA1, 0x1F4DE})
    CHECK(visible_text(utf8(code)) == utf8(code));
}

TEST_CASE("invalid UTF-8 is shown byte by byte") {
  CHECK(visible_text("J\xFCrgen") == "J\\xfcrgen");
  CHECK(visible_text("\x9B"
                     "2J")
        == "\\x9b2J");
  CHECK(visible_text("\xC2") == "\\xc2");
  CHECK(visible_text("\xED\xA0\x80") == "\\xed\\xa0\\x80");
}

TEST_CASE("in JSON the same are numbers, and what is no UTF-8 is replaced") {
  CHECK(json_text("a\"\\\x1B\u009B\u202E\xFC\U000E0041\n")
        == "a\\\"\\\\\\u001b\\u009b\\u202e\\ufffd\\udb40\\udc41\\u000a");
}

TEST_CASE("a text that was made visible stays as it is") {
  CHECK(rc::check([](const std::string& any) {
    const auto shown = visible_text(any);
    RC_ASSERT(visible_text(shown) == shown);
  }));
}

TEST_CASE("whatever bytes a line has, it is valid JSON, and one line without controls") {
  CHECK(rc::check([] {
    const auto raw = *rc::gen::container<std::string>(
        rc::gen::oneOf(rc::gen::arbitrary<char>(),
                       rc::gen::element('"', '\\', '\n', '\x1b', '\xc2', '\x9b', '\xe2', '\x80', '\xae')));
    const auto json = json_text(raw);
    RC_ASSERT(boost::json::parse('"' + json + '"').is_string());
    const auto text = visible_text(raw);
    for (const auto& made : {json, text}) {
      RC_ASSERT(
          std::all_of(made.begin(), made.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7F; }));
      for (std::size_t i = 0; i + 1 < made.size(); ++i)
        RC_ASSERT_FALSE(made[i] == '\xC2' && static_cast<unsigned char>(made[i + 1]) < 0xA0);
      RC_ASSERT(made.find("\u202E") == std::string::npos);
    }
  }));
}

TEST_CASE("JSON means the same when what a terminal would obey is escaped, wherever it is written to") {
  const auto same = [](const boost::json::value& value) {
    const auto text = visible_json(boost::json::serialize(value));
    CHECK(boost::json::parse(text) == value);
    return text;
  };
  CHECK(same({{"CLI", "\xC2\x9b"
                      "31m\xE2\x80\xAE"
                      "801\x7f\x1b\n"}})
        == "{\"CLI\":\"\\u009b31m\\u202e801\\u007f\\u001b\\n\"}");
  CHECK(same({{"CLI", "Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80"}})
        == "{\"CLI\":\"Zo\xC3\xAB \xE2\x82\xAC \xF0\x9F\x98\x80\"}");
  CHECK(visible_json("{\n \"a\": 1,\r\n\t\"b\": 2}\n") == "{\n \"a\": 1,\r\n\t\"b\": 2}\n");
  CHECK(visible_json("\"a\x9b\"") == "\"a\\ufffd\"");
}

TEST_CASE("JSON of any text holds no byte that a terminal would obey") {
  CHECK(rc::check([](const std::string& any) {
    for (const unsigned char c : visible_json(boost::json::serialize(boost::json::value(any))))
      RC_ASSERT(c >= 0x20 && c != 0x7F);
  }));
}

} // namespace rollcall::visible_text_test
