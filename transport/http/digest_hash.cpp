#include "transport/http/digest_hash.hpp"

#include "transport/http/authorization.hpp"
#include "transport/http/text.hpp"

#include <openssl/evp.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <stdexcept>

namespace rollcall::http {
namespace {

struct openssl_deleter {
  void operator()(EVP_MD* type) const noexcept { EVP_MD_free(type); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// Looked up once: OpenSSL 3 takes longer to find an algorithm by name than to hash a few words.
const EVP_MD* type_of(digest_algorithm algorithm) {
  using type_ptr = std::unique_ptr<EVP_MD, openssl_deleter>;
  static const type_ptr md5{EVP_MD_fetch(nullptr, "MD5", nullptr)};
  static const type_ptr sha256{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  return (algorithm == digest_algorithm::md5 ? md5 : sha256).get();
}

/// The hash of the parts joined by colons, in lower-case hex.
std::string hash(digest_algorithm algorithm, std::initializer_list<std::string_view> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, openssl_deleter> context{EVP_MD_CTX_new()};
  const auto* type = type_of(algorithm);
  auto done = context && type && EVP_DigestInit_ex2(context.get(), type, nullptr) == 1;
  for (const auto& part : parts) {
    if (&part != parts.begin())
      done = done && EVP_DigestUpdate(context.get(), ":", 1) == 1;
    done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (!done || EVP_DigestFinal_ex(context.get(), bytes.data(), &length) != 1)
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
