#include "transport/http/eviction.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::http::http_eviction_test {

namespace {

using places = std::vector<std::size_t>;

/// Strangers of these addresses, each accepted a second after the one before.
std::vector<stranger> crowd(const std::vector<std::string>& from) {
  std::vector<stranger> all;
  for (const auto& each : from)
    all.push_back({net::address_key{each},
                   std::chrono::steady_clock::time_point{std::chrono::seconds{all.size() + 1}}});
  return all;
}

} // namespace

TEST_CASE(
    "the oldest stranger of the address that has most gives way, and of none has more the oldest of all") {
  const auto all = crowd({"192.0.2.1", "192.0.2.9", "192.0.2.9", "192.0.2.9", "192.0.2.2"});
  CHECK(eviction_order(all, 10) == places{1, 2, 0, 3, 4});
  CHECK(eviction_order(all, 2) == places{1, 2});
  CHECK(eviction_order({}, 2).empty());
}

TEST_CASE("an IPv6 network has its strangers counted together, so that a single one elsewhere is not the "
          "first to go") {
  const auto all = crowd({"192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8::3"});
  CHECK(eviction_order(all, 2) == places{1, 2});
}

} // namespace rollcall::http::http_eviction_test
