#include "domain/calls/text_fields.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <string>

namespace rollcall::text_fields_test {

namespace {

using text = call_text;

} // namespace

TEST_CASE("an absent text differs from an empty one") {
  text_fields texts;
  CHECK_FALSE(texts.get(text::cli));
  texts.set(text::cli, "");
  CHECK(texts.get(text::cli) == "");
  CHECK_FALSE(texts.get(text::cld));
}

TEST_CASE("texts that are set in any order, and again, are those that were set last") {
  CHECK(rc::check([] {
    text_fields texts;
    std::map<text, std::string> expected;
    for (auto n = *rc::gen::inRange(0, 20); n > 0; --n) {
      const auto which = static_cast<text>(*rc::gen::inRange<int>(0, call_text_count));
      const auto value = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
      texts.set(which, value);
      expected[which] = value;
    }
    for (std::size_t i = 0; i < call_text_count; ++i) {
      const auto said = texts.get(static_cast<text>(i));
      const auto found = expected.find(static_cast<text>(i));
      RC_ASSERT(said.has_value() == (found != expected.end()));
      if (said)
        RC_ASSERT(*said == found->second);
    }
    std::map<text, std::string> shown;
    texts.each([&](text which, std::string_view value) { shown.emplace(which, value); });
    RC_ASSERT(shown == expected);
  }));
}

} // namespace rollcall::text_fields_test
