#include "domain/calls/shown_id.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <iterator>
#include <string>
#include <vector>

namespace rollcall::shown_id_test {

TEST_CASE("an ID that every client can read is shown as it is") {
  for (const std::string id : {"sbc-1:960", "sbc-1:a~1F600", "sbc-1:~", "\u00fc\uffe0"}) {
    CHECK_FALSE(needs_codes(id));
    CHECK(without_codes(id) == id);
  }
}

TEST_CASE("IDs that differ above U+FFFF alone are shown apart, and also from one that holds U+FFFD") {
  CHECK(with_codes("s:a\U0001F600b") == "s:a\uFFFDb~1F600");
  CHECK(with_codes("s:a\U0001F601b") == "s:a\uFFFDb~1F601");
  CHECK(with_codes("s:a\uFFFDb") == "s:a\uFFFDb~FFFD");
  CHECK(with_codes("s:a\uFFFDb~1F600") == "s:a\uFFFDb~1F600~FFFD");
  CHECK(with_codes("\U00010000\uFFFD\U0010FFFF") == "\uFFFD\uFFFD\uFFFD~10000.FFFD.10FFFF");
}

TEST_CASE("a text that no ID is shown as is refused") {
  for (const std::string shown :
       {"s:\uFFFD", "s:\uFFFD~", "s:\uFFFD~1F600.", "s:\uFFFD~1F600.1F601", "s:\uFFFD\uFFFD~1F600",
        "s:\uFFFD~1f600", "s:\uFFFD~01F600", "s:\uFFFD~61", "s:\uFFFD~FFFE", "s:\uFFFD~110000",
        "s:\uFFFD~FFFFFFFFF", "s:\uFFFD~x", "s:\U0001F600\uFFFD~1F600", "s:\uFFFD~1F600~", "s:\uFFFD~ 1F600",
        "s:\uFFFD~+1F600"}) {
    CAPTURE(shown);
    CHECK_FALSE(without_codes(shown));
  }
}

TEST_CASE("every ID is found by what is shown of it, and by nothing else") {
  CHECK(rc::check([] {
    const std::string alphabet[] = {"a",      "~",      ".",          "1F600",      "FFFD",
                                    "\u00fc", "\uFFFD", "\U00010000", "\U0001F600", "\U0010FFFF"};
    std::string id;
    for (const auto i :
         *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, std::size(alphabet))))
      id += alphabet[i];
    const auto shown = needs_codes(id) ? with_codes(id) : id;
    RC_ASSERT(without_codes(shown) == id);
    RC_ASSERT((without_codes(id) == id) == (id.find("\uFFFD") == std::string::npos));
  }));
}

} // namespace rollcall::shown_id_test
