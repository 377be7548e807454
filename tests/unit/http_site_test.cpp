#include "transport/http/site.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::http::http_site_test {

namespace {

const host_list machine = host_list::parse({"node-a.example", "node-a"});

request from(std::vector<field> fields) {
  request r;
  r.method = "POST";
  r.target = r.path = "/RPC2";
  r.body = "x";
  r.peer = r.client = "10.0.0.1";
  r.door = door::trusted;
  r.fields = std::move(fields);
  return r;
}

unsigned status(const request& r, const std::vector<std::string>& hosts = {}) {
  const auto refused = check_site(r, host_list::parse(hosts));
  return refused ? refused->status : 200;
}

bool trusted(const request& r, const std::vector<std::string>& hosts = {}) {
  return distrust(r, host_list::parse(hosts), machine).empty();
}

request forwarded(const std::string& peer, std::vector<field> fields) {
  auto r = from(std::move(fields));
  r.peer = peer;
  identify_client(r, peer_list::parse({"192.0.2.1", "2001:db8::/64"}));
  return r;
}

} // namespace

TEST_CASE("a request that a page of another site has had a browser send is refused") {
  for (const std::string site : {"cross-site", "same-site", "", "other"})
    CHECK(status(from({{"Host", "127.0.0.1"}, {"Sec-Fetch-Site", site}})) == 403);
  for (const std::string origin :
       {"null", "", "http://evil.example", "https://a:8080", "http://a", "http://a:8081",
        "http://a:8080.evil", "http://a:8080/", "http://", "a:8080", "http://evil@a:8080"})
    CHECK(status(from({{"Host", "a:8080"}, {"Origin", origin}})) == 403);
}

TEST_CASE("each field of a name is looked at, also in other letters") {
  CHECK(status(from({{"Host", "a"}, {"origin", "http://a"}, {"ORIGIN", "http://b"}})) == 403);
  CHECK(status(from({{"Host", "a"}, {"Sec-Fetch-Site", "none"}, {"sec-fetch-site", "cross-site"}})) == 403);
}

TEST_CASE("a page of our own, a link that was typed, and programs are no other site") {
  CHECK(status(from({{"Host", "a:8080"}})) == 200);
  CHECK(status(from({{"Host", "a:8080"}, {"Origin", "http://a:8080"}, {"Sec-Fetch-Site", "same-origin"}}))
        == 200);
  CHECK(status(from({{"Host", "a:8080"}, {"Sec-Fetch-Site", "none"}})) == 200);
  CHECK(status(from({{"Host", "A:80"}, {"Origin", "http://a"}})) == 200);
  auto secure = from({{"Host", "a"}, {"Origin", "https://a"}});
  CHECK(status(secure) == 403);
  secure.secure = true;
  CHECK(status(secure) == 200);
}

TEST_CASE("a page of one of [http] hosts may ask, by its scheme and port") {
  const std::vector<std::string> hosts = {"Calls.Example", "other.example:8443"};
  const auto asked = [&](const std::string& origin) {
    return status(from({{"Host", "calls.example:8080"}, {"Origin", origin}}), hosts);
  };
  CHECK(asked("http://calls.example") == 200);
  CHECK(asked("http://other.example:8443") == 200);
  CHECK(asked("http://other.example") == 403);
  CHECK(asked("https://calls.example") == 403);
  CHECK(asked("http://calls.example:3000") == 403);
}

TEST_CASE("only what holds nothing of anybody is there for every site") {
  auto r = from({{"Host", "a"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}});
  r.method = "GET";
  for (const std::string path : {"/", "/console/", "/console/app.js"}) {
    r.path = path;
    CHECK(status(r) == 200);
  }
  for (const std::string path : {"/console", "/metrics", "/readyz", "/livez", "/RPC2", "//console/"}) {
    r.path = path;
    CHECK(status(r) == 403);
  }
  r.method = "POST";
  r.path = "/console/session";
  CHECK(status(r) == 403);
}

TEST_CASE("with [http] hosts another Host is misdirected") {
  const std::vector<std::string> hosts = {"calls.example", "[::1]:8080"};
  for (const std::string host : {"calls.example", "CALLS.example:8080", "[::1]:8080"})
    CHECK(status(from({{"Host", host}}), hosts) == 200);
  for (const std::string host : {"calls.example.evil", "127.0.0.1", "localhost", "[::1]:80", ""})
    CHECK(status(from({{"Host", host}}), hosts) == 421);
}

TEST_CASE("with [http] hosts the metrics' own address is also asked by its IP address, and not by a "
          "stranger's name") {
  auto r = from({{"Host", "192.0.2.7:9100"}});
  r.door = door::metrics;
  CHECK(status(r, {"calls.example"}) == 200);
  r.fields = {{"Host", "evil.example:9100"}};
  CHECK(status(r, {"calls.example"}) == 421);
}

TEST_CASE(
    "the metrics' own address tells a browser nothing by a stranger's name, and a scraper by any name") {
  auto r = from({{"Host", "evil.example:9100"}});
  r.door = door::metrics;
  r.fields.emplace_back("User-Agent", "Prometheus/2.53");
  r.fields.emplace_back("Accept", "text/plain;version=0.0.4");
  CHECK(status(r) == 200);
  for (const std::string name : {"Accept-Language", "accept-language", "Sec-Fetch-Mode", "Referer"}) {
    CAPTURE(name);
    for (const std::string value : {"", "*", "en-US"}) {
      r.fields = {{"Host", "evil.example:9100"}, {name, value}};
      CHECK(status(r) == 421);
      CHECK(status(r, {"evil.example"}) == 200);
    }
    for (const std::string host : {"127.0.0.1:9100", "[::1]:9100", "localhost"}) {
      r.fields = {{"Host", host}, {name, ""}};
      CHECK(status(r) == 200);
    }
    r.fields = {{"Host", "evil.example"}, {name, ""}};
    r.door = door::api; // which asks for a login
    CHECK(status(r) == 200);
    r.door = door::metrics;
  }
}

TEST_CASE("a target that names another host than the field Host is refused") {
  auto r = from({{"Host", "127.0.0.1"}});
  r.target = "http://evil.example/RPC2";
  CHECK(status(r) == 400);
  r.target = "http://127.0.0.1@evil.example/RPC2";
  CHECK(status(r) == 400);
  r.target = "http://127.0.0.1/RPC2";
  CHECK(status(r) == 200);
}

TEST_CASE("trust is lowered by every sign of a proxy or a browser") {
  CHECK(trusted(from({{"Host", "127.0.0.1"}})));
  for (const std::string name : {"Forwarded", "x-forwarded-for", "X-Real-IP", "Via", "Origin",
                                 "Sec-Fetch-Site", "Sec-Fetch-Mode", "sec-fetch-x"})
    CHECK_FALSE(trusted(from({{"Host", "127.0.0.1"}, {name, ""}})));
  for (const std::string cookie : {"rollcall-0a1b2c3d=x", "a=b; __Host-rollcall-0a1b2c3d=x"})
    CHECK_FALSE(trusted(from({{"Host", "127.0.0.1"}, {"Cookie", cookie}})));
  CHECK(trusted(from({{"Host", "127.0.0.1"}, {"Cookie", "a=rollcall-1; not-rollcall-=x;"}})));
}

TEST_CASE("a POST without a body is of a client that is about to log in") {
  auto r = from({{"Host", "127.0.0.1"}});
  r.body.clear();
  CHECK_FALSE(trusted(r));
  r.method = "GET";
  CHECK(trusted(r));
}

TEST_CASE("trusted mode exists only at the doors that have it") {
  auto r = from({{"Host", "127.0.0.1"}});
  r.door = door::api;
  CHECK_FALSE(trusted(r));
  r.door = door::metrics;
  CHECK_FALSE(trusted(r));
}

TEST_CASE("a name that a stranger may have let point here is not trusted") {
  for (const std::string host : {"127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "[::1]", "192.0.2.7:80",
                                 "localhost", "LOCALHOST:8080", "node-a.example:1", "NODE-A"})
    CHECK(trusted(from({{"Host", host}})));
  for (const std::string host :
       {"evil.example", "127.0.0.1.evil.example", "localhost.evil", "127.1", "2130706433", "::1", "",
        "node-b", "[::1].evil", "[evil]", "1.2.3.4:80:evil", "[::1]:80]"})
    CHECK_FALSE(trusted(from({{"Host", host}})));
  CHECK_FALSE(trusted(from({})));
  CHECK(trusted(from({{"Host", "calls.example:8080"}}), {"calls.example"}));
}

TEST_CASE("a proxy's word on whom it passes on counts for bounds and logs, and the last one only") {
  CHECK(forwarded("192.0.2.1", {{"X-Forwarded-For", "10.0.0.1, 203.0.113.5"}}).client == "203.0.113.5");
  CHECK(forwarded("192.0.2.1", {{"X-Forwarded-For", "10.0.0.1"}, {"x-forwarded-for", "203.0.113.6"}}).client
        == "203.0.113.6");
  CHECK(forwarded("2001:db8::9", {{"X-Forwarded-For", "203.0.113.5:4711"}}).client == "203.0.113.5");
  CHECK(forwarded("192.0.2.1", {{"X-Forwarded-For", "[2001:DB8:0::1]:80"}}).client == "2001:db8::1");
  CHECK(forwarded("192.0.2.1", {{"X-Forwarded-For", "::ffff:203.0.113.5"}}).client == "203.0.113.5");
  for (const std::string text : {"", "unknown", "203.0.113.5, _hidden", "203.0.113.5,"})
    CHECK(forwarded("192.0.2.1", {{"X-Forwarded-For", text}}).client == "192.0.2.1");
  CHECK(forwarded("192.0.2.1", {{"X-Forwarded-Proto", "https"}}).secure);
  CHECK_FALSE(forwarded("192.0.2.1", {{"X-Forwarded-Proto", "https, http"}}).secure);
}

TEST_CASE("X-Forwarded-For of an unknown proxy is ignored") {
  const auto r = forwarded("192.0.2.2", {{"X-Forwarded-For", "203.0.113.5"}, {"X-Forwarded-Proto", "https"}});
  CHECK(r.client == "192.0.2.2");
  CHECK(r.peer == "192.0.2.2");
  CHECK_FALSE(r.secure);
}

} // namespace rollcall::http::http_site_test
