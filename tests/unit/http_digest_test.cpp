#include "transport/http/authorization.hpp"
#include "transport/http/digest.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace rollcall::http::http_digest_test {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

namespace {

constexpr std::string_view realm = "rollcall";
constexpr std::string_view target = "/xmlapi/xmlapi";
const nonce_key key{net::derive_key("a secret shared by all nodes", net::key_purpose::nonces)};
const nonce_key other_key{net::derive_key("the secret of somebody else", net::key_purpose::nonces)};

timestamp time_of_day{1'732'276'800s};
timestamp test_clock() { return time_of_day; }

authenticator::settings settings_with(std::vector<digest_algorithm> algorithms) {
  return {std::string{realm}, std::move(algorithms), {key}, test_clock, authenticator::nonce_capacity};
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
  login_result judge(const client& from) { return judge_text(from.header()); }
  login_result judge_text(const std::string& header) {
    return gate.verify("POST", target, header, directory);
  }
};

bool accepted(const login_result& v) { return v.outcome == login_result::kind::accepted; }
bool bad_request(const login_result& v) {
  return v.outcome == login_result::kind::bad_request && !v.reason.empty();
}
bool challenged(const login_result& v) { return v.outcome == login_result::kind::challenge && !v.stale; }
bool stale(const login_result& v) { return v.outcome == login_result::kind::challenge && v.stale; }

} // namespace

TEST_CASE("an authenticator without algorithm or without a key is not made") {
  CHECK_THROWS_AS(authenticator{settings_with({})}, std::invalid_argument);
  auto weak = settings_with({digest_algorithm::md5});
  weak.keys.clear();
  CHECK_THROWS_AS(authenticator{weak}, std::invalid_argument);
  authenticator good{settings_with({digest_algorithm::md5})};
  CHECK_THROWS_AS(good.change_keys({}), std::invalid_argument);
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

TEST_CASE_FIXTURE(fixture, "the hash of an unknown login is never accepted") {
  auto from = fresh_client();
  from.login = "";
  from.password = {key.key.begin(), key.key.end()};
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

TEST_CASE_FIXTURE(fixture, "a nonce of a node with another key is stale, one of the same key is good") {
  auto foreign = settings_with({digest_algorithm::md5});
  foreign.keys = {other_key};
  CHECK(stale(judge({.nonce = nonce_in(authenticator{foreign}.challenges(false).front())})));
  CHECK(stale(judge({.nonce = "made up"})));
  const authenticator neighbour{settings_with({digest_algorithm::md5})};
  CHECK(accepted(judge({.nonce = nonce_in(neighbour.challenges(false).front())})));
}

TEST_CASE_FIXTURE(fixture, "a nonce of before another key came is good while the former key is") {
  const auto before = fresh_client();
  gate.change_keys({other_key, {key.key, time_of_day + 1s}});
  CHECK(accepted(judge(before)));
  const auto elsewhere =
      nonce_in(authenticator{settings_with({digest_algorithm::md5})}.challenges(false).front());
  time_of_day += 1s - 1us;
  CHECK(accepted(judge({.nonce = elsewhere})));
  const auto unused =
      nonce_in(authenticator{settings_with({digest_algorithm::md5})}.challenges(false).front());
  time_of_day += 1us;
  CHECK(stale(judge({.nonce = unused})));
  CHECK(accepted(judge(fresh_client())));
}

TEST_CASE_FIXTURE(fixture, "nonces are made with the first key, and a removed key is not accepted") {
  auto foreign = settings_with({digest_algorithm::md5});
  foreign.keys = {other_key};
  authenticator neighbour{foreign};
  gate.change_keys({other_key});
  const auto from = fresh_client();
  CHECK(accepted(neighbour.verify("POST", target, from.header(), directory)));
  gate.change_keys({key});
  CHECK(stale(judge(from)));
}

TEST_CASE_FIXTURE(fixture, "a counter that was used before another key came is not good again") {
  const auto from = fresh_client();
  CHECK(accepted(judge(from)));
  gate.change_keys({other_key, key});
  CHECK(stale(judge(from)));
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

TEST_CASE_FIXTURE(fixture, "a counter that is not eight hex digits, or zeros and eight, is a bad request") {
  for (const auto* nc :
       {"1", "0000001", "0000000g", "-0000001", "000000001g", "100000001", "00000000000000001"}) {
    auto from = fresh_client();
    from.nc = nc;
    CHECK(bad_request(judge(from)));
  }
}

TEST_CASE_FIXTURE(fixture,
                  "a client that begins to count at zero is let in, and each of its counts is good once") {
  auto from = fresh_client();
  for (const auto* nc : {"00000000", "00000001", "00000002"}) {
    from.nc = nc;
    CHECK(accepted(judge(from)));
    CHECK(stale(judge(from)));
  }
  from.nc = "00000000";
  CHECK(stale(judge(from)));
}

TEST_CASE_FIXTURE(fixture, "a count with more zeros before it is the same count") {
  auto from = fresh_client();
  from.nc = "0000000000000000";
  CHECK(accepted(judge(from)));
  from.nc = "00000000";
  CHECK(stale(judge(from)));
}

TEST_CASE_FIXTURE(fixture, "a zero that comes after others of its nonce is good once as well") {
  auto from = fresh_client();
  for (const auto* nc : {"00000003", "00000000"}) {
    from.nc = nc;
    CHECK(accepted(judge(from)));
  }
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

TEST_CASE_FIXTURE(
    fixture, "a client may hash the password in ISO-8859-1 where the directory knows it in that as well") {
  const std::string login = "J\u00fcrgen";
  const auto utf8 = password_hash(digest_algorithm::md5, login, realm, "wonderland");
  const auto latin1 = password_hash(digest_algorithm::md5, "J\xFCrgen", realm, "wonderland");
  const auto judged = [&](const std::string& hashed, const std::string& kept) {
    auto from = fresh_client();
    from.login = hashed;
    auto header = from.header();
    header.replace(header.find('"') + 1, hashed.size(), login);
    return gate.verify("POST", target, header, [&](std::string_view asked) -> std::optional<digest_hashes> {
      return asked == login ? std::optional{digest_hashes{kept, ""}} : std::nullopt;
    });
  };
  CHECK(accepted(judged(login, utf8 + latin1)));
  CHECK(accepted(judged("J\xFCrgen", utf8 + latin1)));
  CHECK(accepted(judged(login, utf8)));
  CHECK(challenged(judged("J\xFCrgen", utf8)));
  CHECK(challenged(judged("J\xFErgen", utf8 + latin1)));
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

} // namespace rollcall::http::http_digest_test
