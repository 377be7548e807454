#include "transport/switches/feed/switch_table.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <utility>

namespace rollcall::feed {

namespace {

using digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

// Digests have one length, so that comparing them does not even tell how long the secret is.
digest digest_of(std::string_view secret) {
  digest result{};
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), result.data());
  return result;
}

} // namespace

void switch_table::replace(switch_secrets switches) {
  const std::lock_guard lock{mutex_};
  switches_ = std::move(switches);
}

bool switch_table::contains(const switch_name& name) const {
  const std::lock_guard lock{mutex_};
  return switches_.contains(name);
}

switch_table::check_result switch_table::check(const switch_name& name, std::string_view secret) const {
  const auto shown = digest_of(secret);
  const std::lock_guard lock{mutex_};
  const auto found = switches_.find(name);
  if (found == switches_.end())
    return check_result::unknown;
  const auto right = digest_of(found->second.secret);
  if (CRYPTO_memcmp(shown.data(), right.data(), right.size()) != 0)
    return check_result::wrong_secret;
  return found->second.has_home ? check_result::welcome : check_result::homeless;
}

} // namespace rollcall::feed
