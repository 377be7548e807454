#include "transport/http/authorization.hpp"

#include <doctest/doctest.h>

namespace rollcall::http::http_authorization_test {

namespace {

authorization parsed(std::string_view header) {
  std::string reason;
  auto result = parse_authorization(header, reason);
  REQUIRE_MESSAGE(result, reason);
  return *result;
}

bool broken(std::string_view header) {
  std::string reason;
  const bool none = !parse_authorization(header, reason);
  CHECK(none == !reason.empty());
  return none;
}

} // namespace

TEST_CASE("another scheme is not Digest") {
  CHECK_FALSE(is_digest("Basic dXNlcjpwYXNz"));
  CHECK_FALSE(is_digest("Digestive a=b"));
  CHECK_FALSE(is_digest("Digest"));
  CHECK_FALSE(is_digest(""));
  CHECK(is_digest("digest username=\"a\""));
}

TEST_CASE("text that is no parameter list is refused with a reason") {
  CHECK(broken("Digest username"));
  CHECK(broken("Digest =x"));
  CHECK(broken("Digest username=\"open"));
  CHECK(broken("Digest username=\"open\\\""));
  CHECK(broken("Digest username=\"a\"realm=\"b\""));
  CHECK(broken("Digest username=\"a\" realm=\"b\""));
  CHECK(broken("Digest \"username\"=\"a\""));
}

TEST_CASE("a parameter given twice is refused, for two readers might pick different ones") {
  CHECK(broken(R"(Digest username="a", Username="b")"));
  CHECK(broken(R"(Digest nc=00000001, nc=00000001)"));
}

TEST_CASE("curl's spelling is read") {
  const auto from =
      parsed(R"(Digest username="reseller", realm="rollcall", nonce="AbC-_", uri="/xmlapi/xmlapi", )"
             R"(cnonce="MTIzNDU2Nzg=", nc=00000001, qop=auth, )"
             R"(response="6629fae49393a05397450978507c4ef1", algorithm=MD5)");
  CHECK(from.username == "reseller");
  CHECK(from.realm == "rollcall");
  CHECK(from.nonce == "AbC-_");
  CHECK(from.uri == "/xmlapi/xmlapi");
  CHECK(from.cnonce == "MTIzNDU2Nzg=");
  CHECK(from.nc == "00000001");
  CHECK(from.qop == "auth");
  CHECK(from.response == "6629fae49393a05397450978507c4ef1");
  CHECK(from.algorithm == "MD5");
}

TEST_CASE("LWP's spelling is read: quoted algorithm and nc, upper-case digits") {
  const auto from =
      parsed(R"(Digest username="u", realm="r", qop="auth", algorithm="MD5", uri="/", nonce="n", )"
             R"(nc="0000000A", cnonce="5f3a", response="d", opaque="")");
  CHECK(from.nc == "0000000A");
  CHECK(from.algorithm == "MD5");
  CHECK(from.qop == "auth");
}

TEST_CASE("Python's and Java's spelling are read: quoted qop, no blank after commas") {
  const auto from = parsed(R"(Digest username="u", realm="r", nonce="n", uri="/RPC2", response="d", )"
                           R"(algorithm="MD5", qop="auth", nc=00000001, cnonce="c")");
  CHECK(from.qop == "auth");
  CHECK(parsed(R"(Digest username="u",realm="r",nonce="n")").realm == "r");
}

TEST_CASE("blanks and empty elements around parameters mean nothing") {
  const auto from = parsed("Digest \t username = \"u\" ,, realm=\"r\" , ");
  CHECK(from.username == "u");
  CHECK(from.realm == "r");
}

TEST_CASE("escapes and commas inside quotes belong to the value") {
  CHECK(parsed(R"(Digest username="a\"b\\c, d=e")").username == R"(a"b\c, d=e)");
}

TEST_CASE("a backslash is text for those that do not know of escapes") {
  std::string reason;
  const auto from =
      parse_authorization(R"(Digest username="A\b\", realm="r", nc=00000000)", reason, backslash::is_text);
  REQUIRE(from);
  CHECK(from->username == R"(A\b\)");
  CHECK(from->realm == "r");
}

TEST_CASE("unknown parameters are passed over") {
  CHECK(parsed(R"(Digest auth-int=x, username="u", userhash=false)").username == "u");
}

TEST_CASE("an extended username is decoded") {
  CHECK(parsed("Digest username*=UTF-8''J%C3%A4s%c3%B8n%20Doe").username == "J\xc3\xa4s\xc3\xb8n Doe");
  CHECK(broken("Digest username*=UTF-8''J%C"));
  CHECK(broken("Digest username*=UTF-8''%zz"));
  CHECK(broken("Digest username*=ISO-8859-1''J"));
}

} // namespace rollcall::http::http_authorization_test
