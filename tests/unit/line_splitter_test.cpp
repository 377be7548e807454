#include "transport/switches/common/line_splitter.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace rollcall::line_splitter_test {

using rollcall::switches::line_splitter;
using found = line_splitter::found;

namespace {

constexpr std::size_t limit = 16;
const std::string over = "<too long>";

void read(line_splitter& splitter, std::string_view bytes, std::vector<std::string>& lines) {
  const auto space = splitter.space();
  REQUIRE(space.size() >= bytes.size());
  std::copy(bytes.begin(), bytes.end(), space.begin());
  splitter.added(bytes.size());
  std::string_view line;
  for (auto what = splitter.next(line); what != found::none; what = splitter.next(line))
    lines.push_back(what == found::line ? std::string{line} : over);
}

std::vector<std::string> split(const std::vector<std::string>& reads) {
  line_splitter splitter{limit};
  std::vector<std::string> lines;
  for (const auto& each : reads)
    read(splitter, each, lines);
  return lines;
}

/// What a splitter is to find, written down the slow way.
std::vector<std::string> expected(const std::string& bytes) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto end = bytes.find('\n'); end != bytes.npos; begin = end + 1, end = bytes.find('\n', begin)) {
    auto line = bytes.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    lines.push_back(line.size() <= limit ? line : over);
  }
  if (bytes.size() - begin > limit + 1)
    lines.push_back(over);
  return lines;
}

} // namespace

TEST_CASE("a line that is too long is told once, as soon as it is, and the next one is a line again") {
  const std::string half(limit, 'x');
  CHECK(split({half, half}) == std::vector<std::string>{over});
  CHECK(split({half, half, half, half, "x\nab\n"}) == std::vector<std::string>{over, "ab"});
  CHECK(split({half + "x\n"}) == std::vector<std::string>{over});
  CHECK(split({half + "xy", "z\n" + half + "\n"}) == std::vector<std::string>{over, half});
}

TEST_CASE("a line of exactly the limit is a line, with either end") {
  const std::string full(limit, 'x');
  CHECK(split({full, "\n"}) == std::vector<std::string>{full});
  CHECK(split({full, "\r", "\n"}) == std::vector<std::string>{full});
  CHECK(split({full + "\r\n"}) == std::vector<std::string>{full});
}

TEST_CASE("an unterminated line is not returned") { CHECK(split({"ab", "cd"}).empty()); }

TEST_CASE("empty lines are lines") { CHECK(split({"\n\r\n\n"}) == std::vector<std::string>{"", "", ""}); }

TEST_CASE("lines do not depend on where the reads end, byte by byte or at any one boundary") {
  const std::string bytes =
      "a\r\nbcd\n\n" + std::string(limit + 1, 'e') + "\nf\rg\n" + std::string(3 * limit, 'h') + "\nij\nk";
  std::vector<std::string> single;
  for (const char c : bytes)
    single.push_back({c});
  CHECK(split(single) == expected(bytes));

  const std::string shorter = "a\r\nbcd\n\nef\r";
  for (std::size_t i = 0; i <= shorter.size(); ++i) {
    CAPTURE(i);
    CHECK(split({shorter.substr(0, i), shorter.substr(i)}) == expected(shorter));
  }
}

TEST_CASE("lines do not depend on how the bytes are cut into reads") {
  CHECK(rc::check([] {
    const auto bytes =
        *rc::gen::container<std::string>(rc::gen::element('x', 'y', 'x', 'y', 'x', 'y', '\r', '\n'));
    line_splitter splitter{limit};
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < bytes.size();) {
      const auto size = *rc::gen::inRange<std::size_t>(1, limit + 1);
      read(splitter, std::string_view{bytes}.substr(at, size), lines);
      at += size;
    }
    RC_ASSERT(lines == expected(bytes));
  }));
}

} // namespace rollcall::line_splitter_test
