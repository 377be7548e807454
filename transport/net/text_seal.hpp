#pragma once

#include "transport/net/derived_key.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::net {

/// Hands a text to a client that shall bring it back: encrypted and authenticated (AES-256-GCM) with a key of
/// the cluster's secret, so that any node opens what another has sealed, and nobody else makes or reads one.
/// Its length tells that of the text. Pure but for random bytes. Any thread.
class text_seal {
public:
  /// The first key is used to seal; the others are still good. Without any nothing is sealed.
  explicit text_seal(std::vector<derived_key> keys) : keys_(std::move(keys)) {}

  /// In base64url. `bound_to` is not in it, and needed to open it. Empty without a key. Throws
  /// std::runtime_error when OpenSSL fails.
  std::string seal(std::string_view text, std::string_view bound_to) const;

  /// The text. None for what this cluster has not sealed, or not for this. Throws as seal() does.
  std::optional<std::string> open(std::string_view sealed, std::string_view bound_to) const;

private:
  std::vector<derived_key> keys_;
};

} // namespace rollcall::net
