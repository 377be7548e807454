#pragma once

#include "transport/http/authorization.hpp"
#include "transport/http/digest_hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::bench {

/// HTTP Digest on the client's side (RFC 7616, MD5, qop=auth), with one hash for each request: what stays the
/// same while a nonce lasts is put together once.
class digest_client {
public:
  digest_client(std::string login, std::string password, std::string_view method, std::string target)
      : login_(std::move(login)),
        password_(std::move(password)),
        target_(std::move(target)),
        method_and_target_(md5(std::string{method} + ':' + target_)) {}

  /// Takes the value of a WWW-Authenticate field. False for one that asks for something else.
  bool challenged(const std::string& field) {
    std::string reason;
    const auto challenge = http::is_digest(field) ? http::parse_authorization(field, reason) : std::nullopt;
    if (!challenge || challenge->nonce.empty())
      return false;
    count_ = 0;
    const auto a1 = http::password_hash(http::digest_algorithm::md5, login_, challenge->realm, password_);
    before_count_ = a1 + ':' + challenge->nonce + ':';
    after_count_ = std::string{":"} + client_nonce + ":auth:" + method_and_target_;
    head_ = "Digest username=\"" + login_ + "\", realm=\"" + challenge->realm + "\", nonce=\""
            + challenge->nonce + "\", uri=\"" + target_ + "\", algorithm=MD5, qop=auth, cnonce=\""
            + client_nonce + "\", nc=";
    return true;
  }

  /// Appends the value of the next request's Authorization field.
  void append_field(std::string& out) {
    std::array<char, 9> count;
    std::snprintf(count.data(), count.size(), "%08x", static_cast<unsigned>(++count_));
    out += head_;
    out += count.data();
    out += ", response=\"";
    out += md5(before_count_ + count.data() + after_count_);
    out += '"';
  }

private:
  static constexpr const char* client_nonce = "0a4f113b5c8d2e67";

  std::string md5(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    unsigned size = 0;
    EVP_DigestInit_ex(context_.get(), algorithm_.get(), nullptr);
    EVP_DigestUpdate(context_.get(), text.data(), text.size());
    EVP_DigestFinal_ex(context_.get(), bytes.data(), &size);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < size; ++i)
      (hex += digits[bytes[i] >> 4U]) += digits[bytes[i] & 15U];
    return hex;
  }

  template <auto Free>
  struct with {
    void operator()(auto* thing) const { Free(thing); }
  };

  // Fetched once: OpenSSL 3 would look for it in each EVP_Digest().
  std::unique_ptr<EVP_MD, with<EVP_MD_free>> algorithm_{EVP_MD_fetch(nullptr, "MD5", nullptr)};
  std::unique_ptr<EVP_MD_CTX, with<EVP_MD_CTX_free>> context_{EVP_MD_CTX_new()};
  std::string login_;
  std::string password_;
  std::string target_;
  std::string method_and_target_; ///< H(A2)
  std::string head_;              ///< of the field, up to the count
  std::string before_count_;      ///< of what is hashed
  std::string after_count_;       ///< the same
  std::uint32_t count_ = 0;       ///< requests with this nonce
};

} // namespace rollcall::bench
