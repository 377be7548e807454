#include "transport/net/derived_key.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

namespace rollcall::derived_key_test {

TEST_CASE("a key is what RFC 5869 says that it is (appendix A.3)") {
  const net::derived_key known{0x8d, 0xa4, 0xe7, 0x75, 0xa5, 0x63, 0xc1, 0x8f, 0x71, 0x5f, 0x80,
                               0x2a, 0x06, 0x3c, 0x5a, 0x31, 0xb8, 0xa1, 0x1f, 0x5c, 0x5e, 0xe1,
                               0x87, 0x9e, 0xc3, 0x45, 0x4e, 0x5f, 0x3c, 0x73, 0x8d, 0x2d};
  CHECK(net::derive_key(std::string(22, '\x0b'), "") == known);
}

TEST_CASE("each purpose and each secret has a key of its own") {
  const std::string secret(32, 's');
  CHECK(net::derive_key(secret, net::key_purpose::nonces)
        == net::derive_key(secret, net::key_purpose::nonces));
  CHECK(net::derive_key(secret, net::key_purpose::nonces)
        != net::derive_key(secret, net::key_purpose::admission));
  CHECK(net::derive_key(secret, net::key_purpose::nonces)
        != net::derive_key(secret + 's', net::key_purpose::nonces));
}

TEST_CASE("an empty secret is refused") {
  CHECK_THROWS_AS(net::derive_key("", net::key_purpose::nonces), std::invalid_argument);
}

} // namespace rollcall::derived_key_test
