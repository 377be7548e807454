#include "http_digest_fixture.hpp"

#include <doctest/doctest.h>

namespace rollcall::http::http_digest_header_test {

using namespace digest_fixture;

TEST_CASE_FIXTURE(fixture, "a header without qop, nc, cnonce or with another qop is a bad request") {
  auto from = fresh_client();
  from.qop = "auth-int";
  CHECK(bad_request(judge(from)));
  from.qop = "";
  CHECK(bad_request(judge(from)));
  const auto whole = fresh_client().header();
  const auto without = [&whole](const std::string& part) {
    auto header = whole;
    return header.erase(header.find(part), part.size());
  };
  CHECK(bad_request(judge_text(without("qop=auth, "))));
  CHECK(bad_request(judge_text(without("nc=00000001, "))));
  CHECK(bad_request(judge_text(without("cnonce=\"c0ffee\", "))));
  CHECK(bad_request(judge_text(without("username=\"alice\", "))));
  CHECK(bad_request(judge_text("Digest nonsense")));
}

TEST_CASE_FIXTURE(fixture, "a counter that is not eight hex digits, or zeros and eight, is a bad request") {
  for (const auto* nc :
       {"1", "0000001", "0000000g", "-0000001", "000000001g", "100000001", "00000000000000001"}) {
    auto from = fresh_client();
    from.nc = nc;
    CHECK(bad_request(judge(from)));
  }
}

TEST_CASE_FIXTURE(fixture, "a count with more zeros before it is the same count") {
  auto from = fresh_client();
  from.nc = "0000000000000000";
  CHECK(accepted(judge(from)));
  from.nc = "00000000";
  CHECK(stale(judge(from)));
}

TEST_CASE_FIXTURE(fixture, "a login with a backslash is known whether the client escapes it or not") {
  const auto two = [](std::string_view login) -> std::optional<digest_hashes> {
    for (const std::string_view known : {R"(DOMAIN\user)", "DOMAINuser", R"(back\)"})
      if (login == known)
        return digest_hashes{password_hash(digest_algorithm::md5, login, realm, login), ""};
    return std::nullopt;
  };
  const auto judged = [&](const std::string& login, const std::string& written, const std::string& password) {
    auto from = fresh_client();
    from.login = login;
    from.password = password;
    auto header = from.header();
    const auto begin = header.find('"') + 1;
    header.replace(begin, login.size(), written);
    return gate.verify("POST", target, header, two);
  };
  for (const std::string written : {R"(DOMAIN\user)", R"(DOMAIN\\user)"}) {
    const auto known = judged(R"(DOMAIN\user)", written, R"(DOMAIN\user)");
    CHECK(accepted(known));
    CHECK(known.login == R"(DOMAIN\user)");
    CHECK(challenged(judged(R"(DOMAIN\user)", written, "guess")));
  }
  CHECK(judged("DOMAINuser", R"(DOMAIN\user)", "DOMAINuser").login == "DOMAINuser");
  CHECK(judged(R"(back\)", R"(back\)", R"(back\)").login == R"(back\)");
  CHECK(accepted(judged(R"(back\)", R"(back\\)", R"(back\)")));
  CHECK(challenged(judged("nobody", R"(no\body)", "x")));
}

TEST_CASE_FIXTURE(fixture, "a login that arrives in ISO-8859-1 is the one that it is in UTF-8") {
  const auto jurgen = [](std::string_view login) -> std::optional<digest_hashes> {
    if (login != "J\u00fcrgen")
      return std::nullopt;
    return digest_hashes{password_hash(digest_algorithm::md5, login, realm, "wonderland"), ""};
  };
  const auto judged = [&](const std::string& written, const std::string& password) {
    auto from = fresh_client();
    from.login = "J\u00fcrgen";
    from.password = password;
    auto header = from.header();
    header.replace(header.find('"') + 1, from.login.size(), written);
    return gate.verify("POST", target, header, jurgen);
  };
  for (const std::string written : {"J\u00fcrgen", "J\xFCrgen"}) {
    const auto known = judged(written, "wonderland");
    CHECK(accepted(known));
    CHECK(known.login == "J\u00fcrgen");
    CHECK(challenged(judged(written, "guess")));
  }
  CHECK(challenged(judged("J\xFErgen", "wonderland")));
}

TEST_CASE_FIXTURE(fixture, "a header made for another address is a bad request") {
  auto from = fresh_client();
  from.uri = "/metrics";
  CHECK(bad_request(judge(from)));
  from.uri = std::string{target} + "?a=b";
  CHECK(bad_request(judge(from)));
}

TEST_CASE_FIXTURE(fixture, "the absolute form of the address is the same address") {
  auto from = fresh_client();
  from.uri = "http://calls.example:8080/xmlapi/xmlapi";
  CHECK(accepted(judge(from)));
  from = fresh_client();
  CHECK(accepted(gate.verify("POST", "http://calls.example/xmlapi/xmlapi", from.header(), directory)));
}

TEST_CASE_FIXTURE(fixture, "another scheme, realm, algorithm or method is challenged") {
  CHECK(challenged(judge_text("Basic YWxpY2U6d29uZGVybGFuZA==")));
  auto from = fresh_client();
  from.in_realm = "elsewhere";
  CHECK(challenged(judge(from)));
  from = fresh_client();
  from.algorithm_parameter = "algorithm=MD5-sess, ";
  CHECK(challenged(judge(from)));
  from = fresh_client();
  CHECK(challenged(gate.verify("GET", target, from.header(), directory)));
}

TEST_CASE_FIXTURE(fixture, "MD5 is what a client means that names no algorithm") {
  auto from = fresh_client();
  from.algorithm_parameter = "";
  CHECK(accepted(judge(from)));
  authenticator strict{settings_with({digest_algorithm::sha256})};
  from = {.nonce = nonce_in(strict.challenges(false).front()), .algorithm_parameter = ""};
  CHECK(challenged(strict.verify("POST", target, from.header(), directory)));
}

TEST_CASE_FIXTURE(fixture, "SHA-256, quoted algorithms and upper-case digits are accepted") {
  auto from = fresh_client();
  from.algorithm = digest_algorithm::sha256;
  from.algorithm_parameter = "algorithm=\"SHA-256\", ";
  from.nc = "0000ABCD";
  const auto result = judge(from);
  CHECK(accepted(result));
  CHECK(result.login == "alice");
}

} // namespace rollcall::http::http_digest_header_test
