#include "transport/http/nonce.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace rollcall::http::http_nonce_test {

namespace {

const timestamp noon{std::chrono::seconds{1'732'276'800}};

} // namespace

TEST_CASE("a nonce made with another secret is not recognised") {
  const nonce_mint ours{"one secret of sixteen bytes"};
  const nonce_mint theirs{"another secret of that size"};
  CHECK_FALSE(ours.recognise(theirs.make(noon)));
  CHECK_FALSE(ours.recognise(""));
  CHECK_FALSE(ours.recognise("dcd98b7102dd2f0e8b11d0f600bfb0c093"));
  CHECK_FALSE(ours.recognise(std::string(48, 'A')));
  CHECK_FALSE(ours.recognise(std::string(48, '=')));
}

TEST_CASE("a nonce changed in any one character is not recognised") {
  const nonce_mint mint{"one secret of sixteen bytes"};
  const auto nonce = mint.make(noon);
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    auto forged = nonce;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(mint.recognise(forged));
  }
}

TEST_CASE("a nonce tells its birth and never comes twice") {
  const nonce_mint mint{"one secret of sixteen bytes"};
  const auto nonce = mint.make(noon);
  CHECK(nonce.size() == 48);
  const auto id = mint.recognise(nonce);
  REQUIRE(id);
  CHECK(birth(*id) == noon);
  CHECK(mint.make(noon) != nonce);
}

TEST_CASE("ids sort by birth") {
  CHECK(rc::check([] {
    const auto a = timestamp{std::chrono::microseconds{*rc::gen::inRange<std::int64_t>(0, 1LL << 52)}};
    const auto b = timestamp{std::chrono::microseconds{*rc::gen::inRange<std::int64_t>(0, 1LL << 52)}};
    RC_ASSERT((first_nonce_id(a) < first_nonce_id(b)) == (a < b));
    RC_ASSERT(birth(first_nonce_id(a)) == a);
  }));
}

} // namespace rollcall::http::http_nonce_test
