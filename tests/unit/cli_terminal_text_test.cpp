#include "apps/rollcall/terminal_text.hpp"

#include <doctest/doctest.h>

namespace rollcall::cli::cli_terminal_text_test {

TEST_CASE("a text is as wide as it has characters") { CHECK(shown_width("Zo\xC3\xAB \xE2\x82\xAC") == 5); }

TEST_CASE("a line is cut to the columns of the terminal, and says so") {
  CHECK(cut("abc", 3) == "abc");
  CHECK(cut("abcd", 3) == "ab…");
  CHECK(cut("äöüß", 3) == "äö…");
  CHECK(cut("abc", 1) == "…");
  CHECK(cut("abc", 0).empty());
}

} // namespace rollcall::cli::cli_terminal_text_test
