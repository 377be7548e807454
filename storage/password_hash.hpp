#pragma once

#include "domain/directory/directory.hpp"

#include <string_view>

namespace rollcall {

/// H(login:realm:password) in lower-case hex for each digest algorithm (RFC 7616, 3.4.2): over UTF-8, and
/// behind it, where some of the three is not ASCII, over ISO-8859-1, which is what Java's HttpURLConnection
/// hashes. Throws std::runtime_error when OpenSSL does not offer an algorithm.
digest_hashes hash_password(std::string_view login, std::string_view realm, std::string_view password);

} // namespace rollcall
