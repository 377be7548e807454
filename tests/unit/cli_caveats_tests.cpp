#include "apps/rollcall/caveats.hpp"

#include <doctest/doctest.h>

using namespace rollcall::cli;

namespace {

std::string only_sentence(const caveats& about) {
  const auto said = sentences(about);
  REQUIRE(said.size() == 1);
  return said[0];
}

} // namespace

TEST_CASE("caveats: an answer without gaps has nothing to say") {
  CHECK(sentences({}).empty());
  CHECK(judged({}) == exit_code::done);
}

TEST_CASE("caveats: switches that cannot be vouched for are named, and make no answer partial") {
  CHECK(only_sentence({true, "", "sbc-1"})
        == "switch sbc-1 is away or has not told all yet: its calls are shown as last known");
  CHECK(
      only_sentence({true, "", "sbc-1, sbc-2, and 3 more"})
      == "switches sbc-1, sbc-2, and 3 more are away or have not told all yet: their calls are shown as last "
         "known");
  CHECK(judged({true, "", "sbc-1"}) == exit_code::done);
}

TEST_CASE("caveats: missing nodes are named as far as they are known") {
  CHECK(only_sentence({false, "node-b", ""}) == "node-b is missing from this answer");
  CHECK(only_sentence({false, "node-b, node-c", ""}) == "node-b, node-c are missing from this answer");
  CHECK(only_sentence({false, "", ""}) == "some nodes are missing from this answer");
  CHECK(judged({false, "node-b", ""}) == exit_code::partial);
}

TEST_CASE("caveats: both kinds of gaps are told, and nothing that a terminal would obey") {
  const auto said = sentences({false, "node-\x1b[31m", "sbc-\x1b[31m"});
  REQUIRE(said.size() == 2);
  for (const auto& sentence : said)
    CHECK(sentence.find('\x1b') == std::string::npos);
}
