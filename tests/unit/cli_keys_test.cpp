#include "apps/rollcall/keys.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>

namespace rollcall::cli::cli_keys_test {

namespace {

/// The keys in what a terminal sends; `|` stands for a pause.
std::string keys(std::string_view sent) {
  key_reader reader;
  std::string found;
  for (const char byte : sent)
    if (byte == '|')
      reader.pause();
    else if (const auto key = reader.next(byte))
      found += *key;
  return found;
}

} // namespace

TEST_CASE("no escape sequence is taken for a key, whatever letters it ends with") {
  for (const std::string_view sequence :
       {"\x1b[A", "\x1b[1;5q", "\x1bOq", "\x1bOP", "\x1b[15~", "\x1b[[A", "\x1bq", "\x1bQ", "\x1b\x1b[A",
        "\x1b\x1bq", "\x1b[200~", "\x1b[<0;12;7M", "\x1b[?1;2q", "\x1b]11;rgb:q/q/q\x07", "\x1b]0;q\x1b\\",
        "\x1bP1$qq\x1b\\", "\x1b_q\x1b\\", "\x1b[1;2\x1b[B"}) {
    CAPTURE(std::string(sequence.substr(1)));
    CHECK(keys(sequence).empty());
    CHECK(keys(std::string(sequence) + "q") == "q");
  }
}

TEST_CASE("escape pressed alone ends nothing, and does not swallow the key that is pressed later") {
  CHECK(keys("\x1b").empty());
  CHECK(keys("\x1b|q") == "q");
  CHECK(keys("\x1b[1;|q") == "q");
  CHECK(keys("\x1b]q|q") == "q");
}

TEST_CASE("typed keys are read") { CHECK(keys("aq Q\x03") == "aq Q\x03"); }

} // namespace rollcall::cli::cli_keys_test
