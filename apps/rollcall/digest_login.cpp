#include "apps/rollcall/digest_login.hpp"

#include "transport/http/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <optional>
#include <random>
#include <utility>

namespace rollcall::cli {

namespace {

std::string hex(std::uint32_t number) {
  char text[12];
  std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(number));
  return text;
}

bool is_stale(std::string field) {
  std::transform(field.begin(), field.end(), field.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return field.find("stale=true") != std::string::npos;
}

// A challenge is written as an Authorization field is. None for one that this login cannot answer.
std::optional<http::authorization> understood(const std::string& field) {
  std::string reason;
  if (!http::is_digest(field))
    return std::nullopt;
  auto challenge = http::parse_authorization(field, reason);
  if (!challenge || challenge->nonce.empty())
    return std::nullopt;
  if (challenge->algorithm.empty())
    challenge->algorithm = "MD5"; // RFC 7616, 3.3
  return http::parse_digest_algorithm(challenge->algorithm) ? challenge : std::nullopt;
}

} // namespace

digest_login::digest_login(std::string user, std::string password) : password_(std::move(password)) {
  values_.username = std::move(user);
}

bool digest_login::challenged(const std::vector<std::string>& fields) {
  for (const auto& field : fields)
    if (auto challenge = understood(field)) {
      if (!values_.nonce.empty() && !is_stale(field))
        return false;
      challenge->username = std::move(values_.username);
      values_ = std::move(*challenge);
      algorithm_ = *http::parse_digest_algorithm(values_.algorithm);
      count_ = 0;
      return true;
    }
  return false;
}

std::string digest_login::field(std::string_view method, std::string_view target) {
  if (values_.nonce.empty())
    return std::string(http::challenge_request);
  std::random_device random;
  values_.uri = target;
  values_.qop = "auth";
  values_.nc = hex(++count_);
  values_.cnonce = hex(random()) + hex(random());
  const auto a1 = http::password_hash(algorithm_, values_.username, values_.realm, password_);
  return "Digest username=" + http::quoted_string(values_.username)
         + ", realm=" + http::quoted_string(values_.realm) + ", nonce=" + http::quoted_string(values_.nonce)
         + ", uri=" + http::quoted_string(values_.uri) + ", algorithm=" + values_.algorithm
         + ", response=" + http::quoted_string(http::expected_response(algorithm_, a1, method, values_))
         + ", qop=auth, nc=" + values_.nc + ", cnonce=" + http::quoted_string(values_.cnonce);
}

} // namespace rollcall::cli
