#pragma once

#include "domain/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_mac_ctx_st; // of OpenSSL

namespace rollcall::http {

/// What is inside a nonce: its birth in microseconds since the epoch, big-endian, then 12 random bytes. Ids
/// therefore sort by age.
using nonce_id = std::array<std::uint8_t, 20>;

/// The smallest id of a nonce born at `t`.
nonce_id first_nonce_id(timestamp t);

/// When the nonce was born.
timestamp birth(const nonce_id& id);

/// What a nonce says that it is, whoever made it; none for what cannot be one.
std::optional<nonce_id> claimed_id(std::string_view nonce);

/// Makes nonces and recognises its own, keeping nothing: base64url(id, first 16 bytes of HMAC-SHA256(secret,
/// id)). Any thread.
class nonce_mint {
public:
  /// Throws std::runtime_error when OpenSSL has no HMAC-SHA256.
  explicit nonce_mint(const std::string& secret);

  /// A fresh nonce. Throws std::runtime_error when the system has no random bytes.
  std::string make(timestamp now) const;

  /// The id of a nonce made under the same secret; none for anything else.
  std::optional<nonce_id> recognise(std::string_view nonce) const;

private:
  using seal = std::array<std::uint8_t, 16>;
  seal seal_of(const nonce_id& id) const;

  std::shared_ptr<evp_mac_ctx_st> keyed_; ///< with the secret: never changed, but copied for each seal
};

} // namespace rollcall::http
