#include "transport/net/text_seal.hpp"

#include "transport/net/base64url.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstddef>
#include <memory>
#include <stdexcept>

namespace rollcall::net {

namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t frame_bytes = nonce_bytes + tag_bytes;

using cipher_ptr = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* sealed_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* sealed_bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

int length(std::string_view text) { return static_cast<int>(text.size()); }

void need(bool ok) {
  if (!ok)
    throw std::runtime_error("OpenSSL cannot seal a token");
}

} // namespace

std::string text_seal::seal(std::string_view text, std::string_view bound_to) const {
  if (keys_.empty())
    return {};
  std::string sealed(frame_bytes + text.size(), '\0');
  auto* const nonce = sealed_bytes(sealed);
  auto* const body = nonce + nonce_bytes;
  need(RAND_bytes(nonce, nonce_bytes) == 1);
  const cipher_ptr to{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  int done = 0;
  need(to != nullptr);
  need(EVP_EncryptInit_ex(to.get(), EVP_aes_256_gcm(), nullptr, keys_.front().data(), nonce) == 1);
  need(EVP_EncryptUpdate(to.get(), nullptr, &done, sealed_bytes(bound_to), length(bound_to)) == 1);
  need(EVP_EncryptUpdate(to.get(), body, &done, sealed_bytes(text), length(text)) == 1);
  need(EVP_EncryptFinal_ex(to.get(), body + done, &done) == 1);
  need(EVP_CIPHER_CTX_ctrl(to.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, body + text.size()) == 1);
  return base64url(sealed);
}

std::optional<std::string> text_seal::open(std::string_view sealed, std::string_view bound_to) const {
  auto bytes = from_base64url(sealed);
  if (!bytes || bytes->size() < frame_bytes)
    return std::nullopt;
  auto* const nonce = sealed_bytes(*bytes);
  auto* const body = nonce + nonce_bytes;
  std::string text(bytes->size() - frame_bytes, '\0');
  for (const auto& key : keys_) {
    const cipher_ptr from{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    int done = 0;
    need(from != nullptr);
    need(EVP_DecryptInit_ex(from.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce) == 1);
    need(EVP_DecryptUpdate(from.get(), nullptr, &done, sealed_bytes(bound_to), length(bound_to)) == 1);
    need(EVP_DecryptUpdate(from.get(), sealed_bytes(text), &done, body, length(text)) == 1);
    need(EVP_CIPHER_CTX_ctrl(from.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, body + text.size()) == 1);
    if (EVP_DecryptFinal_ex(from.get(), sealed_bytes(text) + done, &done) == 1)
      return text;
  }
  return std::nullopt;
}

} // namespace rollcall::net
