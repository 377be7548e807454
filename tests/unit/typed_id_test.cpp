#include "domain/base/visible_text.hpp"
#include "domain/calls/typed_id.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <optional>
#include <string>
#include <vector>

namespace rollcall::typed_id_test {

namespace {

/// A text of what IDs may hold, and of what escapes are written with.
std::string any_id() {
  std::string id;
  for (const auto& part : *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
           "a", "\\", "x", "u", "{", "}", "n", "200b", "9b", ":", "\u200B", "\u009B", "\n", "\u00FC",
           "\U000E0041", "\uFFFD", "~", "'", " ", "\u00A0", "\u3000")))
    id += part;
  return id;
}

} // namespace

TEST_CASE("an ID of characters that are seen is typed as it is, with its backslashes") {
  for (const std::string id : {"sbc-1:960", "sbc-1:a\\b", "sbc-1:a\\u{200b}b", "sbc-1:J\u00FCrgen", ""}) {
    CHECK(typed_id(id) == id);
    CHECK(read_typed_id(id) == id);
  }
}

TEST_CASE("an ID of hidden characters is shown with a backslash in front, and is found by that") {
  CHECK(typed_id("x:a\u200Bb") == "\\x:a\\u{200b}b");
  CHECK(read_typed_id("\\x:a\\u{200b}b") == "x:a\u200Bb");
  CHECK(typed_id("x:\\a\u009B\n") == "\\x:\\\\a\\x9b\\n");
  CHECK(read_typed_id("\\x:\\\\a\\x9b\\n") == "x:\\a\u009B\n");
}

TEST_CASE("blanks that a table does not show are escaped: at an end, several, and wide ones") {
  CHECK(typed_id("x:a b") == "x:a b");
  CHECK(typed_id("x:a ") == "\\x:a\\x20");
  CHECK(typed_id("x:a  b") == "\\x:a \\x20b");
  CHECK(typed_id("x:a\u00A0b\u3000") == "\\x:a\\xa0b\\u{3000}");
  CHECK(read_typed_id("\\x:a\\x20") == "x:a ");
  CHECK(read_typed_id("\\x:a ") == std::nullopt);
}

TEST_CASE("an invalid shown ID names no call") {
  for (const auto* typed : {"\\x:a", "\\x:a\\", "\\x:a\\q", "\\x:a\\u200b", "\\x:a\\u{}", "\\x:a\\u{200b",
                            "\\x:a\\u{200B}", "\\x:a\\x9", "\\x:a\\x200b", "\\x:a\\u{0200b}", "\\x:a\\u{41}",
                            "\\x:a\\u{110000}", "\\x:a\\u{ffffffffff}", "\\"})
    CHECK(read_typed_id(typed) == std::nullopt);
}

TEST_CASE("whatever an ID is, what is typed for it is that ID's alone") {
  CHECK(rc::check([] {
    const auto one = "sbc-1:" + any_id();
    const auto other = "sbc-1:" + any_id();
    const auto typed = typed_id(one);
    RC_ASSERT(visible_text(typed) == typed);
    RC_ASSERT(!typed.ends_with(' ') && typed.find("  ") == typed.npos);
    RC_ASSERT(read_typed_id(typed) == one);
    RC_ASSERT(read_typed_id(one) == one); // as scripts take it from JSON
    RC_ASSERT(one == other || typed != typed_id(other));
    RC_ASSERT(one == other || typed != other);
  }));
}

} // namespace rollcall::typed_id_test
