#include "apps/rollcall/caveats.hpp"

#include <doctest/doctest.h>

namespace rollcall::cli_caveats_test {

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

TEST_CASE(
    "caveats: of a switch of which nothing is known the calls are not known, and the answer is partial") {
  caveats about;
  about.complete = false;
  about.unknown_switches = "sbc-2";
  CHECK(only_sentence(about) == "switch sbc-2: its calls are not known");
  CHECK(judged(about) == exit_code::partial);
  about.unknown_switches = "sbc-2, sbc-3";
  CHECK(only_sentence(about) == "switches sbc-2, sbc-3: their calls are not known");
  about.complete = true; // whatever else the server says
  CHECK(judged(about) == exit_code::partial);
  about.unverified_switches = "sbc-1";
  about.missing_nodes = "node-b";
  CHECK(sentences(about).size() == 3);
}

TEST_CASE("caveats: of a switch of which nothing is known nothing is shown as last known") {
  caveats about;
  about.unknown_switches = "sbc-2, sbc-3";
  about.unverified_switches = "sbc-3";
  CHECK(only_sentence(about) == "switches sbc-2, sbc-3: their calls are not known");
  about.unverified_switches = "sbc-1, sbc-2, sbc-21, sbc-3";
  REQUIRE(sentences(about).size() == 2);
  CHECK(sentences(about)[0]
        == "switches sbc-1, sbc-21 are away or have not told all yet: their calls are shown as last known");
}

TEST_CASE("caveats: a node with another directory makes an answer partial, a clock does not") {
  caveats about;
  about.other_directory = "node-b";
  CHECK(only_sentence(about) == "node-b answers from another directory");
  CHECK(judged(about) == exit_code::partial);
  caveats clocks;
  clocks.clock_offset = "node-b +3.2 s";
  CHECK(only_sentence(clocks) == "clocks differ: node-b +3.2 s");
  CHECK(judged(clocks) == exit_code::done);
}

TEST_CASE("caveats: no name that a server tells moves the cursor or turns the direction of reading") {
  for (auto part : {&caveats::missing_nodes, &caveats::unverified_switches, &caveats::unknown_switches,
                    &caveats::other_directory, &caveats::clock_offset}) {
    caveats about;
    about.complete = false;
    about.*part = "x\x1b[2J\xC2\x9b\xE2\x80\xAE";
    for (const auto& sentence : sentences(about)) {
      CHECK(sentence.find('\x1b') == std::string::npos);
      CHECK(sentence.find("\xC2\x9b") == std::string::npos);
      CHECK(sentence.find("\xE2\x80\xAE") == std::string::npos);
    }
  }
}

} // namespace rollcall::cli_caveats_test
