#pragma once

#include "transport/http/authorization.hpp"
#include "transport/http/digest_hash.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::cli {

/// HTTP Digest on the client's side (RFC 7616, qop=auth). libcurl has one too, but it begins with a request
/// without an Authorization header, which a server that trusts this host answers as if there were no user:
/// what it then does is done under another's rights. This one never sends such a request. One thread.
class digest_login {
public:
  digest_login(std::string user, std::string password);

  /// Takes the values of a 401's WWW-Authenticate fields and prepares the login by the first that is
  /// understood. False when there is none, or when another try is pointless: the password was refused.
  bool challenged(const std::vector<std::string>& fields);

  /// The Authorization field's value for the next request: before the first challenge one that asks for it.
  std::string field(std::string_view method, std::string_view target);

private:
  http::authorization values_; ///< of the login under way; no nonce before the first challenge
  std::string password_;
  http::digest_algorithm algorithm_ = http::digest_algorithm::md5;
  std::uint32_t count_ = 0; ///< requests sent with this nonce
};

} // namespace rollcall::cli
