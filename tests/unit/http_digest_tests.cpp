#include "transport/http/authorization.hpp"
#include "transport/http/digest.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace rollcall::http {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

namespace {

constexpr std::string_view realm = "rollcall";
constexpr std::string_view target = "/xmlapi/xmlapi";
const std::string secret = "a secret shared by all nodes";

timestamp time_of_day{1'732'276'800s};
timestamp test_clock() { return time_of_day; }

authenticator::settings settings_with(std::vector<digest_algorithm> algorithms) {
  return {std::string{realm}, std::move(algorithms), secret, test_clock, authenticator::nonce_capacity};
}

/// Knows one customer, `alice` with the password `wonderland`.
std::optional<digest_hashes> directory(std::string_view login) {
  if (login != "alice")
    return std::nullopt;
  return digest_hashes{password_hash(digest_algorithm::md5, login, realm, "wonderland"),
                       password_hash(digest_algorithm::sha256, login, realm, "wonderland")};
}

std::string nonce_in(const std::string& challenge) {
  const auto begin = challenge.find("nonce=\"") + 7;
  return challenge.substr(begin, challenge.find('"', begin) - begin);
}

/// A well-behaved client, each part of which a test may spoil.
struct client {
  std::string login = "alice";
  std::string password = "wonderland";
  std::string nonce;
  std::string nc = "00000001";
  std::string uri{target};
  std::string qop = "auth";
  std::string in_realm{realm};
  digest_algorithm algorithm = digest_algorithm::md5;
  std::string algorithm_parameter = "algorithm=MD5, ";

  std::string header() const {
    authorization from;
    from.nonce = nonce;
    from.uri = uri;
    from.nc = nc;
    from.cnonce = "c0ffee";
    from.qop = qop;
    const auto a1 = password_hash(algorithm, login, in_realm, password);
    return "Digest username=\"" + login + "\", realm=\"" + in_realm + "\", nonce=\"" + nonce + "\", uri=\""
           + uri + "\", " + algorithm_parameter + "qop=" + qop + ", nc=" + nc
           + ", cnonce=\"c0ffee\", response=\"" + expected_response(algorithm, a1, "POST", from) + "\"";
  }
};

struct fixture {
  authenticator gate{settings_with({digest_algorithm::md5, digest_algorithm::sha256})};

  client fresh_client() const { return {.nonce = nonce_in(gate.challenges(false).front())}; }
  verdict judge(const client& from) { return judge_text(from.header()); }
  verdict judge_text(const std::string& header) { return gate.verify("POST", target, header, directory); }
};

bool accepted(const verdict& v) { return v.outcome == verdict::kind::accepted; }
bool bad_request(const verdict& v) { return v.outcome == verdict::kind::bad_request && !v.reason.empty(); }
bool challenged(const verdict& v) { return v.outcome == verdict::kind::challenge && !v.stale; }
bool stale(const verdict& v) { return v.outcome == verdict::kind::challenge && v.stale; }

} // namespace

TEST_CASE("an authenticator without algorithm or with a short secret is not made") {
  CHECK_THROWS_AS(authenticator{settings_with({})}, std::invalid_argument);
  auto weak = settings_with({digest_algorithm::md5});
  weak.secret = "short";
  CHECK_THROWS_AS(authenticator{weak}, std::invalid_argument);
}

TEST_CASE_FIXTURE(fixture, "an unknown login and a wrong password get the same answer") {
  auto stranger = fresh_client();
  stranger.login = "mallory";
  CHECK(challenged(judge(stranger)));
  auto guess = fresh_client();
  guess.password = "looking glass";
  CHECK(challenged(judge(guess)));
}

TEST_CASE_FIXTURE(fixture, "a login without a hash for the algorithm cannot get in") {
  auto from = fresh_client();
  const auto half_known = [](std::string_view) -> std::optional<digest_hashes> { return digest_hashes{}; };
  CHECK(challenged(gate.verify("POST", target, from.header(), half_known)));
}

TEST_CASE_FIXTURE(fixture, "nobody's hash opens nothing") {
  auto from = fresh_client();
  from.login = "";
  from.password = secret;
  CHECK_FALSE(accepted(judge(from)));
}

TEST_CASE_FIXTURE(fixture, "a wrong password uses up no counter of the nonce") {
  auto from = fresh_client();
  from.password = "guess";
  CHECK(challenged(judge(from)));
  from.password = "wonderland";
  CHECK(accepted(judge(from)));
}

TEST_CASE_FIXTURE(fixture, "a replayed counter is stale, with the right password and with a wrong one") {
  auto from = fresh_client();
  CHECK(accepted(judge(from)));
  CHECK(stale(judge(from)));
  from.password = "guess";
  CHECK(stale(judge(from)));
  from.login = "mallory";
  CHECK(stale(judge(from)));
}

TEST_CASE_FIXTURE(fixture, "an expired nonce is stale") {
  const auto from = fresh_client();
  time_of_day += authenticator::nonce_lifetime;
  CHECK(accepted(judge(from)));
  auto late = fresh_client();
  time_of_day += authenticator::nonce_lifetime + 1us;
  CHECK(stale(judge(late)));
}

TEST_CASE_FIXTURE(fixture, "a nonce of a node with another secret is stale, one of the same secret is good") {
  auto foreign = settings_with({digest_algorithm::md5});
  foreign.secret = "the secret of somebody else";
  CHECK(stale(judge({.nonce = nonce_in(authenticator{foreign}.challenges(false).front())})));
  CHECK(stale(judge({.nonce = "made up"})));
  const authenticator neighbour{settings_with({digest_algorithm::md5})};
  CHECK(accepted(judge({.nonce = nonce_in(neighbour.challenges(false).front())})));
}

TEST_CASE_FIXTURE(fixture, "a neighbour's clock may be ahead a little, not much") {
  time_of_day += authenticator::clock_skew;
  const auto ahead = fresh_client();
  time_of_day += 1us;
  const auto far_ahead = fresh_client();
  time_of_day -= authenticator::clock_skew + 1us;
  CHECK(accepted(judge(ahead)));
  CHECK(stale(judge(far_ahead)));
}

TEST_CASE_FIXTURE(fixture, "a full table makes old nonces stale and never lets one be replayed") {
  auto small = settings_with({digest_algorithm::md5});
  small.capacity = 2;
  authenticator crowded{small};
  std::vector<client> clients;
  for (int i = 0; i < 3; ++i) {
    time_of_day += 1ms;
    clients.push_back({.nonce = nonce_in(crowded.challenges(false).front())});
    CHECK(accepted(crowded.verify("POST", target, clients.back().header(), directory)));
  }
  clients[0].nc = "00000002";
  clients[2].nc = "00000002";
  CHECK(stale(crowded.verify("POST", target, clients[0].header(), directory)));
  CHECK(accepted(crowded.verify("POST", target, clients[2].header(), directory)));
}

TEST_CASE_FIXTURE(fixture, "parallel requests on one nonce are accepted in any order") {
  auto from = fresh_client();
  for (const auto* nc : {"00000003", "00000001", "00000002", "0000000A", "00000005"}) {
    from.nc = nc;
    CHECK(accepted(judge(from)));
  }
}

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

TEST_CASE_FIXTURE(fixture, "a counter that is not eight hex digits, or zero, is a bad request") {
  for (const auto* nc : {"1", "0000001", "000000001", "0000000g", "-0000001", "00000000"}) {
    auto from = fresh_client();
    from.nc = nc;
    CHECK(bad_request(judge(from)));
  }
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

TEST_CASE_FIXTURE(
    fixture, "there is one challenge for each algorithm, in the order offered, spelled for old clients") {
  const auto challenges = gate.challenges(false);
  REQUIRE(challenges.size() == 2);
  const auto nonce = nonce_in(challenges[0]);
  CHECK(challenges[0]
        == "Digest realm=\"rollcall\", qop=\"auth\", algorithm=MD5, nonce=\"" + nonce + "\", charset=UTF-8");
  CHECK(challenges[1]
        == "Digest realm=\"rollcall\", qop=\"auth\", algorithm=SHA-256, nonce=\"" + nonce
               + "\", charset=UTF-8");
  CHECK(gate.challenges(true).front().find(", stale=true") != std::string::npos);
}

} // namespace rollcall::http
