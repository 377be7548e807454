#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::http {

/// What a Digest client says in its Authorization header (RFC 7616, 3.4). Values are without quotes and
/// escapes; what the client left out is empty.
struct authorization {
  std::string username;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;
  std::string algorithm;
  std::string cnonce;
  std::string nc; ///< as sent: its text goes into the hash, and some clients write upper-case digits
  std::string qop;
};

/// The whole Authorization header of one who asks for a challenge: a scheme that nobody speaks. It shows no
/// credentials, and with it the request is one of normal mode, wherever it comes from.
constexpr std::string_view challenge_request = "Rollcall";

/// True when the header's scheme is Digest.
bool is_digest(std::string_view header);

/// What a backslash in a quoted value is.
enum class backslash : std::uint8_t {
  escapes, ///< the character after it (RFC 9110, 5.6.4)
  is_text, ///< itself: clients that do not know of escapes send `DOMAIN\user` like this
};

/// Reads an Authorization header whose scheme is Digest. Takes values quoted or not, whatever the RFC says of
/// each, for clients differ; `username*` is decoded (RFC 8187); unknown parameters are passed over. None,
/// with the reason, for text that is no parameter list or names a parameter twice.
std::optional<authorization> parse_authorization(std::string_view header, std::string& reason,
                                                 backslash in_quotes = backslash::escapes);

} // namespace rollcall::http
