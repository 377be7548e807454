#include "transport/http/authorization.hpp"
#include "transport/http/digest_hash.hpp"

#include <doctest/doctest.h>

namespace rollcall::http::http_digest_hash_test {

TEST_CASE("an algorithm that is not offered has no name here") {
  CHECK_FALSE(parse_digest_algorithm("MD5-sess"));
  CHECK_FALSE(parse_digest_algorithm("SHA256"));
  CHECK_FALSE(parse_digest_algorithm(""));
}

TEST_CASE("algorithms are found in any case") {
  CHECK(parse_digest_algorithm("md5") == digest_algorithm::md5);
  CHECK(parse_digest_algorithm("Sha-256") == digest_algorithm::sha256);
}

TEST_CASE("the example of RFC 2617, 3.5 comes out") {
  const authorization from{.username = "Mufasa",
                           .realm = "testrealm@host.com",
                           .nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                           .uri = "/dir/index.html",
                           .response = {},
                           .algorithm = {},
                           .cnonce = "0a4f113b",
                           .nc = "00000001",
                           .qop = "auth"};
  const auto a1 = password_hash(digest_algorithm::md5, from.username, from.realm, "Circle Of Life");
  CHECK(a1 == "939e7578ed9e3c518a452acee763bce9");
  CHECK(expected_response(digest_algorithm::md5, a1, "GET", from) == "6629fae49393a05397450978507c4ef1");
}

TEST_CASE("the examples of RFC 7616, 3.9.1 come out") {
  const authorization from{.username = "Mufasa",
                           .realm = "http-auth@example.org",
                           .nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                           .uri = "/dir/index.html",
                           .response = {},
                           .algorithm = {},
                           .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                           .nc = "00000001",
                           .qop = "auth"};
  const auto response = [&from](digest_algorithm algorithm) {
    const auto a1 = password_hash(algorithm, from.username, from.realm, "Circle of Life");
    return expected_response(algorithm, a1, "GET", from);
  };
  CHECK(response(digest_algorithm::md5) == "8ca523f5e9506fed4657c9700eebdbec");
  CHECK(response(digest_algorithm::sha256)
        == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

} // namespace rollcall::http::http_digest_hash_test
