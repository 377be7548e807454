#include "transport/switches/kamailio/netstring.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace rollcall::kamailio_netstring_test {

using namespace rollcall::kamailio;
using found = netstring_splitter::found;

namespace {

constexpr std::size_t bound = 1000;

void feed(netstring_splitter& splitter, std::string_view bytes) {
  const auto space = splitter.space(std::max<std::size_t>(bytes.size(), 1));
  std::memcpy(space.data(), bytes.data(), bytes.size());
  splitter.added(bytes.size());
}

/// What one look at `bytes` finds.
found look(std::string_view bytes) {
  netstring_splitter splitter{bound};
  feed(splitter, bytes);
  std::string_view payload;
  return splitter.next(payload);
}

} // namespace

TEST_CASE("an invalid netstring is detected as early as possible") {
  for (const auto* bytes : {"x", ":", ",", "-1:a,", "+1:a,", " 1:a,", "01:a,", "00:,", "1x", "3:abc;", "0:x",
                            "1001:", "12345678901", "99999999999999999999:"})
    CHECK_MESSAGE(look(bytes) == found::broken, bytes);
}

TEST_CASE("an incomplete netstring waits for more bytes") {
  for (const auto* bytes : {"", "1", "1000", "0", "3:", "3:ab", "3:abc", "1000:", "0:"})
    CHECK_MESSAGE(look(bytes) == found::none, bytes);
}

TEST_CASE("after an invalid netstring nothing is read any more") {
  netstring_splitter splitter{bound};
  std::string_view payload;
  feed(splitter, "1:a;1:b,");
  CHECK(splitter.next(payload) == found::broken);
  feed(splitter, "1:c,");
  CHECK(splitter.next(payload) == found::broken);
}

TEST_CASE("payloads may be empty, hold anything, and be as long as the bound") {
  netstring_splitter splitter{bound};
  std::string_view payload;
  const std::string longest(bound, ',');
  std::string bytes;
  for (const auto& each : {std::string{}, std::string{"1:a,\0\n", 6}, longest})
    append_netstring(bytes, each);
  feed(splitter, bytes);
  REQUIRE(splitter.next(payload) == found::payload);
  CHECK(payload.empty());
  REQUIRE(splitter.next(payload) == found::payload);
  CHECK(payload == std::string_view{"1:a,\0\n", 6});
  REQUIRE(splitter.next(payload) == found::payload);
  CHECK(payload == longest);
  CHECK(splitter.next(payload) == found::none);
}

TEST_CASE("payloads come out as they went in, however the stream is cut") {
  CHECK(rc::check([](const std::vector<std::string>& payloads) {
    std::string bytes;
    for (const auto& each : payloads)
      append_netstring(bytes, each);
    netstring_splitter splitter{bytes.size() + 1};
    std::vector<std::string> out;
    for (std::size_t at = 0; at < bytes.size();) {
      const auto size = std::min<std::size_t>(bytes.size() - at, *rc::gen::inRange(1, 9));
      feed(splitter, std::string_view{bytes}.substr(at, size));
      at += size;
      std::string_view payload;
      while (splitter.next(payload) == found::payload)
        out.emplace_back(payload);
    }
    RC_ASSERT(out == payloads);
  }));
}

} // namespace rollcall::kamailio_netstring_test
