#include "transport/http/header_rules.hpp"

#include <doctest/doctest.h>

namespace rollcall::http::http_header_rules_test {

namespace {

request header(std::vector<field> fields, unsigned version = 11) {
  request result;
  result.method = "POST";
  result.target = "/RPC2";
  result.version = version;
  result.fields = std::move(fields);
  return result;
}

unsigned refused_with(const request& r) {
  const auto cause = check_header(r);
  return cause ? cause->status : 0;
}

request with_target(std::string target) {
  request r;
  r.target = std::move(target);
  split_target(r);
  return r;
}

} // namespace

TEST_CASE("a request of HTTP/1.1 names exactly one host, one of HTTP/1.0 at most one") {
  CHECK(refused_with(header({})) == 400);
  CHECK(refused_with(header({{"Host", "a"}, {"HOST", "a"}})) == 400);
  CHECK(refused_with(header({{"Host", "a"}, {"Host", "b"}}, 10)) == 400);
  CHECK(refused_with(header({}, 10)) == 0);
  CHECK(refused_with(header({{"Host", ""}})) == 0);
}

TEST_CASE("any Transfer-Encoding but chunked alone is refused") {
  for (const auto* coding :
       {"gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked", "chunked;q=1", ""})
    CHECK(refused_with(header({{"Host", "a"}, {"Transfer-Encoding", coding}})) == 501);
  CHECK(refused_with(header({{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "gzip"}}))
        == 501);
  CHECK(refused_with(header({{"Host", "a"}, {"transfer-encoding", "Chunked"}})) == 0);
}

TEST_CASE("Transfer-Encoding beside Content-Length, or on HTTP/1.0, is refused") {
  CHECK(refused_with(header({{"Host", "a"}, {"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}}))
        == 400);
  CHECK(refused_with(header({{"Host", "a"}, {"Content-Length", "3"}, {"Transfer-Encoding", "gzip"}})) == 400);
  CHECK(refused_with(header({{"Host", "a"}, {"Transfer-Encoding", "chunked"}}, 10)) == 400);
}

TEST_CASE("an expectation other than 100-continue is refused, and HTTP/1.0 has none") {
  CHECK(refused_with(header({{"Host", "a"}, {"Expect", "200-ok"}})) == 417);
  CHECK(refused_with(header({{"Host", "a"}, {"Expect", "100-continue"}, {"Expect", "x"}})) == 417);
  CHECK(refused_with(header({{"Host", "a"}, {"Expect", "100-Continue"}})) == 0);
  CHECK(expects_continue(header({{"Host", "a"}, {"Expect", "100-Continue"}})));
  CHECK_FALSE(expects_continue(header({{"Host", "a"}})));
  CHECK(refused_with(header({{"Expect", "200-ok"}}, 10)) == 0);
  CHECK_FALSE(expects_continue(header({{"Expect", "100-continue"}}, 10)));
}

TEST_CASE("a target that is neither path nor address is refused") {
  auto r = header({{"Host", "a"}});
  for (const auto* target : {"RPC2", "calls.example:443", "*", "?a"}) {
    r.target = target;
    CHECK(refused_with(r) == 400);
  }
  r.method = "OPTIONS";
  r.target = "*";
  CHECK(refused_with(r) == 0);
}

TEST_CASE("a target falls into path and query") {
  CHECK(with_target("/RPC2").path == "/RPC2");
  CHECK(with_target("/RPC2?a=b?c").path == "/RPC2");
  CHECK(with_target("/RPC2?a=b?c").query == "a=b?c");
  CHECK(with_target("/go?to=http://x/y").path == "/go");
  CHECK(with_target("http://calls.example:80/RPC2?x").path == "/RPC2");
  CHECK(with_target("http://calls.example?x").path == "/");
  CHECK(with_target("http://calls.example?x").query == "x");
  CHECK(with_target("http://calls.example").path == "/");
}

TEST_CASE("gzip is used only when the client allows it") {
  for (const auto* value :
       {"", "identity", "deflate, br", "gzip;q=0", "gzip; q=0.000", "gzip;q=0, *", "*;q=0", "gzipped"})
    CHECK_FALSE(accepts_gzip(value));
  for (const auto* value : {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=0.5", "gzip;q=1.0",
                            "gzip ; Q=0.001", "*", "*;q=0, gzip", "br,, gzip"})
    CHECK(accepts_gzip(value));
}

} // namespace rollcall::http::http_header_rules_test
