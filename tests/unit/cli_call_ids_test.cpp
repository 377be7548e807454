#include "apps/rollcall/arguments.hpp"
#include "apps/rollcall/call_ids.hpp"
#include "apps/rollcall/exit_code.hpp"
#include "domain/calls/shown_id.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

namespace rollcall::cli::cli_call_ids_test {

namespace {

using ids = std::vector<std::string>;

named_calls read(const ids& words, const std::string& lines = "") {
  std::istringstream in(lines);
  return read_call_ids(words, in);
}

exit_code refusal(const ids& words, const std::string& lines = "") {
  try {
    read(words, lines);
    return exit_code::done;
  } catch (const command_error& e) {
    return e.code();
  }
}

} // namespace

TEST_CASE("no call at all is a mistake, not an empty success") {
  CHECK(refusal({}) == exit_code::usage);
  CHECK(refusal({""}) == exit_code::usage);
  CHECK(refusal({"-"}, "") == exit_code::usage);
  CHECK(refusal({"-", ""}, "\n \r\n\t\n") == exit_code::usage);
  CHECK(refusal({std::string(longest_shown_id + 1, 'x')}) == exit_code::usage);
}

TEST_CASE("too many calls are refused, and none of them is taken") {
  std::string lines;
  for (std::size_t i = 0; i <= most_call_ids; ++i)
    lines += std::to_string(i) + '\n';
  CHECK(refusal({"-"}, lines) == exit_code::usage);
  CHECK(refusal({"-"}, lines + lines) == exit_code::usage);
}

TEST_CASE("calls are named on the command line, on standard input, or on both, and each once") {
  CHECK(read({"sbc-1:1"}).ids == ids{"sbc-1:1"});
  CHECK_FALSE(read({"sbc-1:1", "sbc-1:2"}).from_stream);
  const auto both = read({"a:1", "-", "a:4", "a:1"}, "a:2\r\n\na:3 b\na:1\na:2");
  CHECK(both.from_stream);
  CHECK(both.ids == ids{"a:1", "a:2", "a:3 b", "a:4"});
}

TEST_CASE(
    "an ID that was shown with escapes is that call's, and an ID that holds such a text is another one's") {
  CHECK(read({"\\sbc-1:a\\u{200b}b", "sbc-1:a\\u{200b}b"}).ids == ids{"sbc-1:a\u200Bb", "sbc-1:a\\u{200b}b"});
  CHECK(read({"-"}, "\\sbc-1:a\\x9bb\nsbc-1:a\u009Bb\n").ids == ids{"sbc-1:a\u009Bb"});
  CHECK(refusal({"\\sbc-1:a"}) == exit_code::usage);
}

TEST_CASE("blanks of a line are part of its ID, which without them may be another call's") {
  CHECK(read({"-"}, "a:1 \r\n a:1\n").ids == ids{"a:1 ", " a:1"});
}

TEST_CASE("an ID is taken as it is shown, also the longest with codes") {
  std::string id = std::string(64, 's') + ':';
  for (int n = 0; n < 85; ++n)
    id += "\uFFFD";
  const auto shown = with_codes(id);
  CHECK(shown.size() > 700);
  CHECK(read({shown}).ids == ids{shown});
}

TEST_CASE("only a clear yes is a yes") {
  for (const auto* yes : {"y", "Y", "yes", "YES", " yes ", "y\r"})
    CHECK_MESSAGE(is_yes(yes), yes);
  for (const auto* no : {"", " ", "n", "no", "yy", "ye", "yes please", "yo", "j", "ja", "1", "true", "\x04y"})
    CHECK_MESSAGE(!is_yes(no), no);
}

} // namespace rollcall::cli::cli_call_ids_test
