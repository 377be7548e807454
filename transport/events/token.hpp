#pragma once

#include "actors/messages.hpp"
#include "transport/net/derived_key.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::events {

/// Bytes of what a token stands for: one size for most clusters, and others for those with more than some
/// fifteen, and some hundred switches. The largest fits into a header field; a stream of more nodes
/// and switches than have room there gets no token.
constexpr std::array<std::size_t, 3> token_sizes = {512, 3072, 9216};

/// Writes places of a stream as tokens, and reads them: encrypted and authenticated (AES-256-GCM) with a key
/// of the cluster's secret, so that any node reads what another wrote, all of one length in base64url, and
/// bound to a reader: login, scope and filters. Pure but for random bytes. Any thread.
class token_seal {
public:
  /// The first key is used to write; the others are still good.
  explicit token_seal(std::vector<net::derived_key> keys) : keys_(std::move(keys)) {}

  /// Empty when the place does not fit. Throws std::runtime_error when OpenSSL fails.
  std::string seal(const watch_place& place, std::string_view reader) const;

  /// None for what was not written for this reader by this cluster.
  std::optional<watch_place> open(std::string_view token, std::string_view reader) const;

private:
  std::vector<net::derived_key> keys_;
};

} // namespace rollcall::events
