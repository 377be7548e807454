#include "domain/base/text_pattern.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

namespace rollcall::text_pattern_test {

namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto read = text_pattern::parse(pattern);
  REQUIRE(read);
  return read->matches(text);
}

} // namespace

TEST_CASE("a star at either end stands for anything") {
  struct row {
    std::string_view pattern;
    std::string_view text;
    bool matches;
  };
  for (const auto& [pattern, text, expected] : {row{"801", "801", true},
                                                {"801", "8011", false},
                                                {"801", "", false},
                                                {"80*", "8011", true},
                                                {"80*", "80", true},
                                                {"80*", "180", false},
                                                {"*11", "8011", true},
                                                {"*11", "11", true},
                                                {"*11", "8012", false},
                                                {"*01*", "8011", true},
                                                {"*01*", "01", true},
                                                {"*01*", "10", false},
                                                {"*", "", true},
                                                {"*", "8", true},
                                                {"**", "", true},
                                                {"**", "8", true},
                                                {"", "", true},
                                                {"", "8", false}}) {
    CAPTURE(pattern);
    CAPTURE(text);
    CHECK(matches(pattern, text) == expected);
  }
}

TEST_CASE("a star behind a backslash is the character, and any other backslash is itself") {
  CHECK(matches("\\*100#", "*100#"));
  CHECK_FALSE(matches("\\*100#", "9100#"));
  CHECK(matches("x\\*", "x*"));
  CHECK_FALSE(matches("x\\*", "xy"));
  CHECK(matches("*\\*", "12*"));
  CHECK(matches("a\\b", "a\\b"));
  CHECK(matches("a\\", "a\\"));
  CHECK(matches("\\\\*", "\\*")); // there is no backslash for a backslash
}

TEST_CASE("a star in the middle makes no pattern") {
  for (const auto* const written : {"8*1", "*8*1", "8*1*", "***", "8**"})
    CHECK_FALSE(text_pattern::parse(written));
}

TEST_CASE("a pattern is written as it was read") {
  rc::check("written patterns", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::element('*', '\\', 'a', '4'));
    const auto pattern = text_pattern::parse(text);
    RC_PRE(pattern.has_value());
    RC_ASSERT(text_pattern::parse(pattern->written()) == pattern);
  });
}

TEST_CASE("a pattern decides as a search for each of its places does") {
  rc::check("patterns of all kinds", [] {
    const auto few = rc::gen::container<std::string>(rc::gen::element('a', 'b'));
    const auto part = *few;
    const auto text = *few;
    const auto read = [](const std::string& written) { return *text_pattern::parse(written); };
    RC_ASSERT(read(part).matches(text) == (text == part));
    RC_ASSERT(read(part + '*').matches(text) == (text.rfind(part, 0) == 0));
    RC_ASSERT(read('*' + part).matches(text)
              == (text.size() >= part.size() && text.substr(text.size() - part.size()) == part));
    RC_ASSERT(read('*' + part + '*').matches(text) == (text.find(part) != std::string::npos));
  });
}

} // namespace rollcall::text_pattern_test
