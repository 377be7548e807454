#include "transport/events/token.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::events_token_test {

using events::token_seal;

namespace {

net::derived_key key(unsigned char of) {
  net::derived_key result{};
  result.fill(of);
  return result;
}

watch_place sample() {
  watch_place place;
  place.nodes["node-a"] = {0xFEDCBA9876543210, 7};
  place.nodes["node-b"] = {1, 0xFFFFFFFFFFFFFFFF};
  place.switches["sbc-1"] = {"node-a", 7};
  place.switches["sbc-2"] = {"node-b", 1'000'000};
  return place;
}

} // namespace

TEST_CASE("event token: what one node has written another reads, for the same reader only") {
  const token_seal here{{key(1)}};
  const token_seal there{{key(2), key(1)}}; // its secret has changed since
  const token_seal stranger{{key(3)}};
  const auto token = here.seal(sample(), "5 1 {}");
  CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        == token.npos);
  CHECK(here.open(token, "5 1 {}") == sample());
  CHECK(there.open(token, "5 1 {}") == sample());
  CHECK_FALSE(stranger.open(token, "5 1 {}"));
  CHECK_FALSE(here.open(token, "5 2 {}"));
  CHECK_FALSE(here.open(token, {}));
}

TEST_CASE("event token: all are of one length, and no two alike") {
  const token_seal seal{{key(1)}};
  const auto empty = seal.seal({}, "r");
  CHECK(empty.size() == seal.seal(sample(), "r").size());
  CHECK(empty != seal.seal({}, "r"));
  CHECK(seal.open(empty, "r") == watch_place{});
}

TEST_CASE("event token: a hundred switches have room in a longer one, and too many get none") {
  const token_seal seal{{key(1)}};
  auto place = sample();
  for (int i = 0; i < 100; ++i)
    place.switches["switch-" + std::to_string(i)] = {"node-a", 3};
  const auto token = seal.seal(place, "r");
  CHECK(token.size() > seal.seal(sample(), "r").size());
  CHECK(seal.open(token, "r") == place);
  for (int i = 0; i < 1000; ++i)
    place.switches["another-" + std::to_string(i)] = {"node-a", 3};
  CHECK(seal.seal(place, "r").empty());
}

TEST_CASE("event token: what is changed, cut or made up is none") {
  const token_seal seal{{key(1)}};
  const auto token = seal.seal(sample(), "r");
  for (const std::size_t at : {std::size_t{0}, token.size() / 2, token.size() - 2}) {
    auto changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK_FALSE(seal.open(changed, "r"));
  }
  CHECK_FALSE(seal.open(token.substr(1), "r"));
  CHECK_FALSE(seal.open(token + "A", "r"));
  CHECK_FALSE(seal.open("", "r"));
  CHECK_FALSE(seal.open("not a token!", "r"));
  CHECK_FALSE(seal.open(std::string(token.size(), 'A'), "r"));
}

TEST_CASE("event token: without a key there are none") {
  const token_seal seal{{}};
  CHECK(seal.seal(sample(), "r").empty());
  CHECK_FALSE(seal.open(token_seal{{key(1)}}.seal(sample(), "r"), "r"));
}

} // namespace rollcall::events_token_test
