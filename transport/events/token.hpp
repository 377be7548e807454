#pragma once

#include "actors/messages.hpp"
#include "transport/net/text_seal.hpp"

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

/// Writes places of a stream as tokens, and reads them: sealed (net::text_seal), of few lengths, and bound to
/// a reader: login, scope and filters. Pure but for random bytes. Any thread.
class token_seal {
public:
  /// The first key is used to write; the others are still good.
  explicit token_seal(std::vector<net::derived_key> keys) : seal_(std::move(keys)) {}

  /// Empty when the place does not fit. Throws std::runtime_error when OpenSSL fails.
  std::string seal(const watch_place& place, std::string_view reader) const;

  /// None for what was not written for this reader by this cluster.
  std::optional<watch_place> open(std::string_view token, std::string_view reader) const;

private:
  net::text_seal seal_;
};

} // namespace rollcall::events
