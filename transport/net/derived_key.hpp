#pragma once

#include <array>
#include <string_view>

namespace rollcall::net {

using derived_key = std::array<unsigned char, 32>;

// What keys are for. Each use of the cluster's secret has a label of its own.
namespace key_purpose {

constexpr std::string_view admission = "rollcall cluster admission"; ///< proofs of nodes that connect
constexpr std::string_view tokens = "rollcall event tokens";         ///< places of streams
constexpr std::string_view confirmations = "rollcall confirmations"; ///< previews of disconnects
constexpr std::string_view nonces = "rollcall http nonces";          ///< seals of HTTP Digest's nonces

} // namespace key_purpose

/// The key that HKDF with SHA-256 (RFC 5869) makes of a secret for one purpose. It says nothing of the
/// secret, nor of the keys for other purposes. Throws std::invalid_argument for an empty secret,
/// std::runtime_error when OpenSSL has no HKDF.
derived_key derive_key(std::string_view secret, std::string_view purpose);

} // namespace rollcall::net
