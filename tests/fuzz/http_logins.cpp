#include "domain/base/text.hpp"
#include "fuzz.hpp"
#include "transport/http/authorization.hpp"
#include "transport/http/digest.hpp"
#include "transport/http/text.hpp"

#include <string>

// The Authorization header of a hostile client. It lets nobody in who does not know the password, and nobody
// in twice; what is read from it is the same when it is written anew; and whatever a login is made of, its
// owner gets in.

namespace {

using namespace rollcall;
using fuzz::must;

constexpr std::string_view realm = "rollcall";
constexpr std::string_view target = "/xmlapi/xmlapi";
constexpr std::string_view password = "wonderland";

timestamp noon() { return timestamp{std::chrono::seconds{1'732'276'800}}; }

http::authenticator::settings settings() {
  static const http::nonce_key key{net::derive_key("a secret shared by all nodes", net::key_purpose::nonces)};
  return {std::string{realm}, {http::digest_algorithm::md5, http::digest_algorithm::sha256}, {key}, noon, 16};
}

std::string header_of(const http::authorization& said) {
  return "Digest username=" + http::quoted_string(said.username)
         + ", realm=" + http::quoted_string(said.realm) + ", nonce=" + http::quoted_string(said.nonce)
         + ", uri=" + http::quoted_string(said.uri) + ", response=" + http::quoted_string(said.response)
         + ", algorithm=" + http::quoted_string(said.algorithm)
         + ", cnonce=" + http::quoted_string(said.cnonce) + ", nc=" + http::quoted_string(said.nc)
         + ", qop=" + http::quoted_string(said.qop);
}

void check_parser(std::string_view header) {
  std::string reason;
  http::parse_authorization(header, reason, http::backslash::is_text);
  const auto said = http::parse_authorization(header, reason);
  must(said || !reason.empty(), "a refusal says why");
  if (!said)
    return;
  const auto again = http::parse_authorization(header_of(*said), reason);
  must(again && header_of(*again) == header_of(*said), "what was read can be written");
}

/// Whoever the header names: nobody has told it a password.
void check_stranger(std::string_view header) {
  http::authenticator gate{settings()};
  const auto judged = gate.verify("POST", target, header, [](std::string_view login) {
    const std::string secret = "nobody has been told";
    return std::optional{
        digest_hashes{http::password_hash(http::digest_algorithm::md5, login, realm, secret),
                      http::password_hash(http::digest_algorithm::sha256, login, realm, secret)}};
  });
  must(judged.outcome != http::login_result::kind::accepted, "nobody gets in without the password");
  must(judged.outcome != http::login_result::kind::bad_request || !judged.reason.empty(),
       "a refusal says why");
}

/// One whose login is this text.
void check_owner(const std::string& login) {
  http::authenticator gate{settings()};
  const auto challenge = gate.challenges(false).front();
  std::string reason;
  auto said = http::parse_authorization(challenge, reason);
  must(said.has_value(), "a challenge is a list of parameters");
  const auto hash = http::password_hash(http::digest_algorithm::md5, login, realm, password);
  said->username = login;
  said->uri = target;
  said->cnonce = "c0ffee";
  said->nc = "00000001";
  said->response = http::expected_response(http::digest_algorithm::md5, hash, "POST", *said);
  const auto look_up = [&](std::string_view who) {
    return who == login ? std::optional{digest_hashes{hash, {}}} : std::nullopt;
  };
  const auto header = header_of(*said);
  const auto judged = gate.verify("POST", target, header, look_up);
  must(judged.outcome == http::login_result::kind::accepted && judged.login == login,
       "the owner of a login gets in");
  must(gate.verify("POST", target, header, look_up).outcome != http::login_result::kind::accepted,
       "and not twice");
  must(gate.verify("GET", target, header, look_up).outcome != http::login_result::kind::accepted,
       "nor by another method");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string header{fuzz::text_of(data, size)};
  if (http::is_digest(header))
    check_parser(header);
  check_stranger(header);
  if (!header.empty() && is_clean(header))
    check_owner(header);
  return 0;
}
