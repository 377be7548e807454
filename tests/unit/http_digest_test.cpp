#include "http_digest_fixture.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace rollcall::http::http_digest_test {

using namespace digest_fixture;

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

TEST_CASE_FIXTURE(fixture, "a zero that comes after others of its nonce is good once as well") {
  auto from = fresh_client();
  for (const auto* nc : {"00000003", "00000000"}) {
    from.nc = nc;
    CHECK(accepted(judge(from)));
  }
  CHECK(stale(judge(from)));
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
