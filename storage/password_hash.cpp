#include "storage/password_hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <optional>
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

/// UTF-8 in ISO-8859-1; none for a text that has no characters beyond ASCII, or one that is not in
/// ISO-8859-1.
std::optional<std::string> in_latin1(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      out += text[i];
    } else if ((byte == 0xC2 || byte == 0xC3) && i + 1 < text.size()) {
      out += static_cast<char>((byte & 0x03U) << 6U | (static_cast<unsigned char>(text[++i]) & 0x3FU));
    } else {
      return std::nullopt;
    }
  }
  return out == text ? std::nullopt : std::optional{out};
}

} // namespace

digest_hashes hash_password(std::string_view login, std::string_view realm, std::string_view password) {
  std::string text;
  text.reserve(login.size() + realm.size() + password.size() + 2);
  text.append(login).append(1, ':').append(realm).append(1, ':').append(password);
  digest_hashes hashes{hex_digest(EVP_md5(), text), hex_digest(EVP_sha256(), text)};
  if (const auto other = in_latin1(text)) {
    hashes.md5 += hex_digest(EVP_md5(), *other);
    hashes.sha256 += hex_digest(EVP_sha256(), *other);
  }
  return hashes;
}

} // namespace rollcall
