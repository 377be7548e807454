#include "domain/base/text.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

namespace rollcall::text_test {

namespace {

using namespace std::string_literals;

const auto lost = "\xEF\xBF\xBD"s; // U+FFFD

/// `n` times U+FFFD.
std::string lost_times(int n) {
  std::string out;
  for (; n > 0; --n)
    out += lost;
  return out;
}

/// The UTF-8 of any number below 2^21, whether or not it is a character.
std::string utf8(std::uint32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
  if (c < 0x80)
    return {static_cast<char>(c)};
  if (c < 0x800)
    return {static_cast<char>(0xC0U | (c >> 6)), tail(0)};
  if (c < 0x10000)
    return {static_cast<char>(0xE0U | (c >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (c >> 18)), tail(12), tail(6), tail(0)};
}

/// XML 1.0, production [2] Char.
bool xml_char(std::uint32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD)
         || (c >= 0x10000 && c <= 0x10FFFF);
}

/// Bytes of which many are the beginnings, the middles and the edges of UTF-8 sequences.
std::string arbitrary_bytes() {
  static const auto edges = "\x00\x09\x1F\x20\x7F\x80\x8F\x90\x9F\xA0\xBE\xBF\xC0\xC1\xC2\xDF\xE0\xE1\xED"
                            "\xEF\xF0\xF1\xF3\xF4\xF5\xFF"s;
  const auto picks = *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::arbitrary<std::uint8_t>());
  const auto edgy = *rc::gen::arbitrary<bool>();
  std::string out;
  for (const auto pick : picks)
    out += edgy ? edges[pick % edges.size()] : static_cast<char>(pick);
  return out;
}

} // namespace

TEST_CASE("invalid UTF-8 is not clean, and each maximal broken part becomes one replacement") {
  struct row {
    std::string broken;
    std::string clean;
  };
  const std::vector<row> table{
      {"\x80", lost},                              // a continuation alone
      {"\xBF", lost},                              //
      {"a\xC2", "a" + lost},                       // cut short
      {"\xE2\x82", lost},                          //
      {"\xF0\x9F\x98", lost},                      //
      {"\xE2\x82z", lost + "z"},                   // cut short by the next character
      {"\xC0\x80", lost_times(2)},                 // overlong NUL
      {"\xC1\xBF", lost_times(2)},                 // overlong DEL
      {"\xE0\x9F\xBF", lost_times(3)},             // overlong U+07FF
      {"\xF0\x8F\xBF\xBF", lost_times(4)},         // overlong U+FFFF
      {"\xED\xA0\x80", lost_times(3)},             // U+D800, the first surrogate
      {"\xED\xBF\xBF", lost_times(3)},             // U+DFFF, the last
      {"\xF4\x90\x80\x80", lost_times(4)},         // U+110000
      {"\xF5\x80\x80\x80", lost_times(4)},         //
      {"\xFE\xFF", lost_times(2)},                 // never in UTF-8
      {"\xFC\x80\x80\x80\x80\x80", lost_times(6)}, // six bytes were allowed by RFC 2279
      {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
       "A",
       lost_times(8) + "A"}, // Unicode 15, table 3-8
      {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
       "A",
       lost_times(8) + "A"}, // table 3-9
      {"\xF4\x91\x92\x93\xFF"
       "A\x80\xBF"
       "B",
       lost_times(5) + "A" + lost_times(2) + "B"}, // table 3-10
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
       "A",
       lost_times(4) + "A"}, // table 3-11
  };
  for (const auto& [broken, clean] : table) {
    CAPTURE(broken);
    CHECK_FALSE(is_clean(broken));
    CHECK(cleaned(broken) == clean);
  }
}

TEST_CASE("characters that XML cannot carry are replaced one for one") {
  CHECK(cleaned("a\0b"s) == "a" + lost + "b");
  CHECK(cleaned("\x1B[31m") == lost + "[31m");
  CHECK(cleaned("\xEF\xBF\xBE\xEF\xBF\xBF") == lost_times(2)); // U+FFFE, U+FFFF
}

TEST_CASE("well-formed text passes unchanged, up to the last character of each length") {
  for (const auto& text :
       {""s, "+4930123456"s, "\t\r\n"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s,
        "\xEE\x80\x80"s, lost, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s, "Zo\xC3\xAB \xF0\x9F\x93\x9E"s}) {
    CAPTURE(text);
    CHECK(is_clean(text));
    CHECK(cleaned(text) == text);
  }
}

TEST_CASE("of all numbers that four bytes can spell, exactly the characters of XML are clean") {
  std::uint32_t wrong = 0;
  for (std::uint32_t c = 0; c < 0x200000; ++c)
    wrong += is_clean(utf8(c)) != xml_char(c);
  CHECK(wrong == 0);
}

TEST_CASE("exactly the characters above U+FFFF are replaced for clients that cannot read them") {
  CHECK(within_16_bits("\xF0\x9F\x93\x9E 44\xF4\x8F\xBF\xBF") == lost + " 44" + lost);
  for (const auto& text : {""s, "+4930123456"s, "\xC3\xAB"s, "\xEE\x80\x80"s, lost})
    CHECK(within_16_bits(text) == text);
}

TEST_CASE("cleaned text is clean, and cleaning it again changes nothing") {
  CHECK(rc::check([] {
    const auto bytes = arbitrary_bytes();
    const auto once = cleaned(bytes);
    RC_ASSERT(is_clean(once));
    RC_ASSERT(cleaned(once) == once);
    RC_ASSERT((once == bytes) == is_clean(bytes));
  }));
}

TEST_CASE("an ASCII character parts a text into what is cleaned by itself") {
  CHECK(rc::check([] {
    const auto before = arbitrary_bytes();
    const auto after = arbitrary_bytes();
    RC_ASSERT(cleaned(before + 'x' + after) == cleaned(before) + 'x' + cleaned(after));
  }));
}

} // namespace rollcall::text_test
