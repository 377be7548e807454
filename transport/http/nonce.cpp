#include "transport/http/nonce.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace rollcall::http {
namespace {

constexpr std::size_t birth_bytes = 8;
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_digit = 64;

constexpr auto digits = [] {
  std::array<std::uint8_t, 256> of{};
  of.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    of[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return of;
}();

/// Base64url without padding (RFC 4648, 5) of a size that is a multiple of 3: each text has one reading.
template <std::size_t N>
std::string encode(const std::array<std::uint8_t, N>& bytes) {
  static_assert(N % 3 == 0);
  std::string text;
  text.reserve(N / 3 * 4);
  for (std::size_t i = 0; i < N; i += 3) {
    const unsigned group = bytes[i] << 16U | bytes[i + 1] << 8U | bytes[i + 2];
    for (const unsigned shift : {18U, 12U, 6U, 0U})
      text += alphabet[group >> shift & 63U];
  }
  return text;
}

template <std::size_t N>
bool decode(std::string_view text, std::array<std::uint8_t, N>& bytes) {
  static_assert(N % 3 == 0);
  if (text.size() != N / 3 * 4)
    return false;
  for (std::size_t i = 0; i < N / 3; ++i) {
    std::size_t group = 0;
    for (const char c : text.substr(i * 4, 4)) {
      const auto digit = digits[static_cast<unsigned char>(c)];
      if (digit == no_digit)
        return false;
      group = group << 6U | digit;
    }
    bytes[i * 3] = static_cast<std::uint8_t>(group >> 16U);
    bytes[i * 3 + 1] = static_cast<std::uint8_t>(group >> 8U);
    bytes[i * 3 + 2] = static_cast<std::uint8_t>(group);
  }
  return true;
}

constexpr std::size_t seal_bytes = 16;
using sealed_id = std::array<std::uint8_t, std::tuple_size_v<nonce_id> + seal_bytes>;

nonce_id id_in(const sealed_id& whole) {
  nonce_id id{};
  std::copy_n(whole.begin(), id.size(), id.begin());
  return id;
}

} // namespace

nonce_id first_nonce_id(timestamp t) {
  nonce_id id{};
  const auto micros = static_cast<std::uint64_t>(t.time_since_epoch().count());
  for (std::size_t i = 0; i < birth_bytes; ++i)
    id[i] = static_cast<std::uint8_t>(micros >> (8 * (birth_bytes - 1 - i)));
  return id;
}

timestamp birth(const nonce_id& id) {
  std::uint64_t micros = 0;
  for (std::size_t i = 0; i < birth_bytes; ++i)
    micros = micros << 8U | id[i];
  return timestamp{std::chrono::microseconds{static_cast<std::int64_t>(micros)}};
}

std::optional<nonce_id> claimed_id(std::string_view nonce) {
  sealed_id whole{};
  return decode(nonce, whole) ? std::optional{id_in(whole)} : std::nullopt;
}

// The algorithm is looked up and the key worked in once: either takes OpenSSL 3 longer than a seal.
nonce_mint::nonce_mint(const std::string& secret) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac{
      EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr), EVP_MAC_free};
  if (hmac)
    keyed_ = {EVP_MAC_CTX_new(hmac.get()), EVP_MAC_CTX_free};
  std::string hash = "SHA256";
  const std::array settings{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash.data(), 0),
                            OSSL_PARAM_construct_end()};
  const auto* key = reinterpret_cast<const unsigned char*>(secret.data());
  if (!keyed_ || EVP_MAC_init(keyed_.get(), key, secret.size(), settings.data()) != 1)
    throw std::runtime_error("HMAC-SHA256 is not available");
}

std::string nonce_mint::make(timestamp now) const {
  auto id = first_nonce_id(now);
  if (RAND_bytes(id.data() + birth_bytes, static_cast<int>(id.size() - birth_bytes)) != 1)
    throw std::runtime_error("no random bytes for a nonce");
  const auto mac = seal_of(id);
  sealed_id whole{};
  std::copy(mac.begin(), mac.end(), std::copy(id.begin(), id.end(), whole.begin()));
  return encode(whole);
}

std::optional<nonce_id> nonce_mint::recognise(std::string_view nonce) const {
  sealed_id whole{};
  if (!decode(nonce, whole))
    return std::nullopt;
  const auto id = id_in(whole);
  const auto mac = seal_of(id);
  if (CRYPTO_memcmp(mac.data(), whole.data() + id.size(), mac.size()) != 0)
    return std::nullopt;
  return id;
}

nonce_mint::seal nonce_mint::seal_of(const nonce_id& id) const {
  const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> own{EVP_MAC_CTX_dup(keyed_.get()),
                                                                      EVP_MAC_CTX_free};
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> full{};
  std::size_t length = 0;
  if (!own || EVP_MAC_update(own.get(), id.data(), id.size()) != 1
      || EVP_MAC_final(own.get(), full.data(), &length, full.size()) != 1)
    throw std::runtime_error("HMAC-SHA256 cannot be had");
  seal result{};
  std::copy_n(full.begin(), result.size(), result.begin());
  return result;
}

} // namespace rollcall::http
