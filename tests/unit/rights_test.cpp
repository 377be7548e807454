#include "domain/directory/rights.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::rights_test {

namespace {

/// The rights in a text, in the order of the table; or the word that is none.
std::string read(std::string_view text) {
  std::string unknown;
  const auto found = parse_rights(text, unknown);
  return found ? to_string(*found) : "unknown: " + unknown;
}

} // namespace

TEST_CASE("a text of rights with a word that is none is refused, and the word is told") {
  CHECK(read("view disconect") == "unknown: disconect");
  CHECK(read("View") == "unknown: View");
  CHECK(read("view,bulk") == "unknown: view,bulk");
  CHECK(read("view\tbulk") == "unknown: view\tbulk");
  CHECK(read("views") == "unknown: views");
  CHECK(read("vie") == "unknown: vie");
}

TEST_CASE("an empty text of rights is no right, and not the usual ones") {
  CHECK(read("").empty());
  CHECK(read("  ").empty());
  CHECK(rights{}.empty());
  CHECK_FALSE(rights{}.has(right::view));
  CHECK_FALSE(rights::usual().empty());
}

TEST_CASE("rights are read in any order and as often as they stand, and written in one") {
  CHECK(read("quarantine view") == "view quarantine");
  CHECK(read(" bulk  disconnect bulk ") == "disconnect bulk");
  CHECK(read(to_string(rights::all())) == "view disconnect bulk quarantine");
  for (const auto& [each, name] : right_names) {
    CHECK(read(name) == name);
    CHECK(name_of(each) == name);
  }
}

TEST_CASE("the usual rights are all but that of quarantines") {
  CHECK(to_string(rights::usual()) == "view disconnect bulk");
  for (const auto& [each, name] : right_names) {
    CAPTURE(name);
    CHECK(rights::all().has(each));
    CHECK(rights::usual().has(each) == (each != right::quarantine));
    rights one;
    one.add(each);
    for (const auto& [other, its_name] : right_names)
      CHECK(one.has(other) == (other == each));
  }
}

} // namespace rollcall::rights_test
