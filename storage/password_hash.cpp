#include "storage/password_hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <string>

namespace rollcall {

namespace {

std::string hex_digest(const EVP_MD* algorithm, std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, algorithm, nullptr) != 1)
    throw std::runtime_error{std::string{"OpenSSL does not offer "} + EVP_MD_get0_name(algorithm)};
  std::string hex;
  hex.reserve(std::size_t{size} * 2);
  for (unsigned i = 0; i < size; ++i) {
    hex += digits[bytes[i] >> 4U];
    hex += digits[bytes[i] & 15U];
  }
  return hex;
}

} // namespace

digest_hashes hash_password(std::string_view login, std::string_view realm, std::string_view password) {
  std::string text;
  text.reserve(login.size() + realm.size() + password.size() + 2);
  text.append(login).append(1, ':').append(realm).append(1, ':').append(password);
  return {hex_digest(EVP_md5(), text), hex_digest(EVP_sha256(), text)};
}

} // namespace rollcall
