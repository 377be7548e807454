#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::http {

struct authorization;

/// The hash functions of Digest (RFC 7616, 3.3); the `-sess` variants are not offered.
enum class digest_algorithm : std::uint8_t { md5, sha256 };

/// `MD5` or `SHA-256` in any case; none for another name.
std::optional<digest_algorithm> parse_digest_algorithm(std::string_view text);

/// As it stands in a challenge: `MD5`, `SHA-256`.
std::string_view name(digest_algorithm algorithm);

/// H(A1) in lower-case hex, as the directory stores it: the hash of `login:realm:password`.
std::string password_hash(digest_algorithm algorithm, std::string_view login, std::string_view realm,
                          std::string_view password);

/// What `response` must be (RFC 7616, 3.4.1) in lower-case hex, for qop=auth. Uses the other values of `from`
/// in the client's own spelling; `a1` is a password_hash().
std::string expected_response(digest_algorithm algorithm, std::string_view a1, std::string_view method,
                              const authorization& from);

} // namespace rollcall::http
