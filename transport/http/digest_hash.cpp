#include "transport/http/digest_hash.hpp"

#include "transport/http/authorization.hpp"
#include "transport/http/text.hpp"

#include <openssl/evp.h>

#include <array>
#include <initializer_list>
#include <stdexcept>

namespace rollcall::http {
namespace {

/// The hash of the parts joined by colons, in lower-case hex.
std::string hash(digest_algorithm algorithm, std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const auto& part : parts) {
    if (&part != parts.begin())
      joined += ':';
    joined += part;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  const auto* type = algorithm == digest_algorithm::md5 ? EVP_md5() : EVP_sha256();
  if (EVP_Digest(joined.data(), joined.size(), bytes.data(), &length, type, nullptr) != 1)
    throw std::runtime_error(std::string{name(algorithm)} + " is not available");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * std::size_t{length});
  for (unsigned i = 0; i < length; ++i) {
    hex += digits[bytes[i] >> 4U];
    hex += digits[bytes[i] & 15U];
  }
  return hex;
}

} // namespace

std::optional<digest_algorithm> parse_digest_algorithm(std::string_view text) {
  for (const auto algorithm : {digest_algorithm::md5, digest_algorithm::sha256})
    if (iequals(text, name(algorithm)))
      return algorithm;
  return std::nullopt;
}

std::string_view name(digest_algorithm algorithm) {
  return algorithm == digest_algorithm::md5 ? "MD5" : "SHA-256";
}

std::string password_hash(digest_algorithm algorithm, std::string_view login, std::string_view realm,
                          std::string_view password) {
  return hash(algorithm, {login, realm, password});
}

std::string expected_response(digest_algorithm algorithm, std::string_view a1, std::string_view method,
                              const authorization& from) {
  const auto a2 = hash(algorithm, {method, from.uri});
  return hash(algorithm, {a1, from.nonce, from.nc, from.cnonce, from.qop, a2});
}

} // namespace rollcall::http
