#include "apps/rollcall/digest_login.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::cli_digest_login_test {

using namespace rollcall::cli;

namespace {

const std::string md5 = R"(Digest realm="rollcall", nonce="n1", algorithm=MD5, qop="auth")";
const std::string sha256 = R"(Digest realm="rollcall", nonce="n2", algorithm=SHA-256, qop="auth")";

http::authorization parsed(const std::string& field) {
  std::string reason;
  const auto values = http::parse_authorization(field, reason);
  REQUIRE_MESSAGE(values, reason);
  return *values;
}

std::string expected(http::digest_algorithm algorithm, const http::authorization& from) {
  return http::expected_response(algorithm, http::password_hash(algorithm, "u\"1", "rollcall", "secret"),
                                 "POST", from);
}

} // namespace

TEST_CASE(
    "digest login: the first request carries a field that is no login, so that no host's trust applies") {
  digest_login login("u", "secret");
  const auto field = login.field("POST", "/xmlapi");
  CHECK(!field.empty());
  CHECK(!http::is_digest(field));
}

TEST_CASE("digest login: challenges that cannot be answered are no use") {
  digest_login login("u", "secret");
  CHECK(!login.challenged({}));
  CHECK(!login.challenged({R"(Basic realm="x")", R"(Digest realm="x", nonce="n", algorithm=SHA-512-256)",
                           R"(Digest realm="x")", "Digest ="}));
  CHECK(!http::is_digest(login.field("POST", "/")));
}

TEST_CASE("digest login: a second challenge means a wrong password unless the nonce was stale") {
  digest_login login("u", "secret");
  REQUIRE(login.challenged({md5}));
  CHECK(!login.challenged({md5}));
  CHECK(login.challenged({R"(Digest realm="rollcall", nonce="n3", algorithm=MD5, qop="auth", stale=TRUE)"}));
  CHECK(parsed(login.field("POST", "/")).nonce == "n3");
  CHECK(parsed(login.field("POST", "/")).nc == "00000002");
}

TEST_CASE("digest login: the first challenge that is understood is answered as the server expects") {
  digest_login login("u\"1", "secret");
  SUBCASE("MD5") {
    REQUIRE(login.challenged({R"(Negotiate)", md5, sha256}));
    const auto values = parsed(login.field("POST", "/xmlapi/xmlapi"));
    CHECK(values.username == "u\"1");
    CHECK(values.uri == "/xmlapi/xmlapi");
    CHECK(values.nc == "00000001");
    CHECK(values.response == expected(http::digest_algorithm::md5, values));
  }
  SUBCASE("SHA-256") {
    REQUIRE(login.challenged({sha256, md5}));
    const auto values = parsed(login.field("POST", "/"));
    CHECK(values.response == expected(http::digest_algorithm::sha256, values));
  }
}

TEST_CASE("digest login: no two requests look alike") {
  digest_login login("u", "secret");
  REQUIRE(login.challenged({md5}));
  CHECK(parsed(login.field("POST", "/")).cnonce != parsed(login.field("POST", "/")).cnonce);
}

} // namespace rollcall::cli_digest_login_test
