#include "transport/cluster/secret.hpp"

#include "transport/cluster/hello.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <span>
#include <stdexcept>

namespace rollcall::cluster {

namespace {

constexpr std::size_t nonce_bytes = 32;

std::string hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const auto each : bytes) {
    text += digits[each >> 4U];
    text += digits[each & 15U];
  }
  return text;
}

/// All that is proven: one field a line, and no field has a line end (hello.cpp takes printable texts alone).
std::string transcript(role as, std::string_view nonce_of_dialler, std::string_view nonce_of_acceptor,
                       const greeting& speaker) {
  std::string text{as == role::dialler ? "dialler" : "acceptor"};
  const auto add = [&](std::string_view field) {
    text += '\n';
    text += field;
  };
  add(nonce_of_dialler);
  add(nonce_of_acceptor);
  add(std::to_string(speaker.of.protocol));
  add(speaker.of.cluster);
  add(speaker.of.node.value());
  add(std::to_string(speaker.of.incarnation));
  add(speaker.runtime);
  return text;
}

} // namespace

admission_key derive_admission_key(std::string_view secret) {
  return net::derive_key(secret, net::key_purpose::admission);
}

std::string make_nonce() {
  std::array<unsigned char, nonce_bytes> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no random bytes");
  return hex(bytes);
}

std::string prove(const admission_key& key, role as, std::string_view nonce_of_dialler,
                  std::string_view nonce_of_acceptor, const greeting& speaker) {
  const auto what = transcript(as, nonce_of_dialler, nonce_of_acceptor, speaker);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(what.data()), what.size(), bytes.data(), &length))
    throw std::runtime_error("HMAC is not available");
  return hex({bytes.data(), length});
}

const admission_key* proven(const admission_keys& keys, std::string_view proof, role as,
                            std::string_view nonce_of_dialler, std::string_view nonce_of_acceptor,
                            const greeting& speaker) {
  const admission_key* by = nullptr;
  for (const auto& key : keys) {
    const auto right = prove(key, as, nonce_of_dialler, nonce_of_acceptor, speaker);
    if (right.size() == proof.size() && CRYPTO_memcmp(right.data(), proof.data(), right.size()) == 0 && !by)
      by = &key;
  }
  return by;
}

} // namespace rollcall::cluster
