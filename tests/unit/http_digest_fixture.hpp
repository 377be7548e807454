#pragma once

#include "transport/http/authorization.hpp"
#include "transport/http/digest.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A login by Digest: who knows the password, and a client that says so.
namespace rollcall::http::digest_fixture {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

constexpr std::string_view realm = "rollcall";
constexpr std::string_view target = "/xmlapi/xmlapi";
inline const nonce_key key{net::derive_key("a secret shared by all nodes", net::key_purpose::nonces)};
inline const nonce_key other_key{net::derive_key("the secret of somebody else", net::key_purpose::nonces)};

inline timestamp time_of_day{1'732'276'800s};
inline timestamp test_clock() { return time_of_day; }

inline authenticator::settings settings_with(std::vector<digest_algorithm> algorithms) {
  return {std::string{realm}, std::move(algorithms), {key}, test_clock, authenticator::nonce_capacity};
}

/// Knows one customer, `alice` with the password `wonderland`.
inline std::optional<digest_hashes> directory(std::string_view login) {
  if (login != "alice")
    return std::nullopt;
  return digest_hashes{password_hash(digest_algorithm::md5, login, realm, "wonderland"),
                       password_hash(digest_algorithm::sha256, login, realm, "wonderland")};
}

inline std::string nonce_in(const std::string& challenge) {
  const auto begin = challenge.find("nonce=\"") + 7;
  return challenge.substr(begin, challenge.find('"', begin) - begin);
}

/// A well-behaved client. A test may spoil each part of it.
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

inline bool accepted(const login_result& v) { return v.outcome == login_result::kind::accepted; }
inline bool bad_request(const login_result& v) {
  return v.outcome == login_result::kind::bad_request && !v.reason.empty();
}
inline bool challenged(const login_result& v) {
  return v.outcome == login_result::kind::challenge && !v.stale;
}
inline bool stale(const login_result& v) { return v.outcome == login_result::kind::challenge && v.stale; }

} // namespace rollcall::http::digest_fixture
