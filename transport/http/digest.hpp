#pragma once

#include "domain/base/time.hpp"
#include "domain/directory/directory.hpp"
#include "transport/http/digest_hash.hpp"
#include "transport/net/derived_key.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::http {

/// What came of an Authorization header.
struct login_result {
  enum class kind : std::uint8_t {
    accepted,    ///< `login` has shown that it knows the password
    challenge,   ///< answer 401 with challenges(stale)
    bad_request, ///< answer 400 with `reason`: the header cannot be what a Digest client means
  };
  kind outcome = kind::challenge;
  std::string login; ///< also when challenged, as far as the header named one that makes sense
  bool stale =
      false; ///< the nonce was the problem: the client may repeat with a new one without asking its user
  std::string reason;
};

/// What nonces are sealed with: nodes that share a key accept each other's. Each key beyond the first costs a
/// nonce that is nobody's one more HMAC.
struct nonce_key {
  net::derived_key key{};
  timestamp good_until = timestamp::max();
};

/// HTTP Digest with qop=auth on the server's side (RFC 7616). Any thread.
///
/// A nonce proves by its HMAC that a holder of the key made it, so nothing is kept for one that was merely
/// handed out. For nonces that did log somebody in, the counters seen are kept until they expire.
class authenticator {
public:
  static constexpr std::chrono::minutes nonce_lifetime{5};
  /// How far the clocks of nodes that share a key may differ.
  static constexpr std::chrono::minutes clock_skew{1};
  /// Nonces whose counters are kept; about 100 bytes each. Beyond it the oldest become stale early.
  static constexpr std::size_t nonce_capacity = 65'536;

  struct settings {
    std::string realm;
    std::vector<digest_algorithm> algorithms{digest_algorithm::md5}; ///< in the order they are offered
    std::vector<nonce_key> keys;                                     ///< as change_keys() takes them
    wall_clock now = system_now;
    std::size_t capacity = nonce_capacity;
  };

  /// The hashes of a login, or none when it is unknown.
  using lookup_fn = std::function<std::optional<digest_hashes>(std::string_view login)>;

  /// Throws std::invalid_argument for no algorithm or no key.
  explicit authenticator(settings config);
  ~authenticator();

  /// Nonces are made by the first from now on, and accepted by each. Which counters were used is not
  /// forgotten. Throws std::invalid_argument for none.
  void change_keys(const std::vector<nonce_key>& keys);

  /// The values of the WWW-Authenticate fields of a 401, one for each algorithm, with a fresh nonce.
  std::vector<std::string> challenges(bool stale) const;

  /// Judges an Authorization header's value. `method` is the request's own, `target` its target as sent.
  /// Which nonces are stale is decided before the password is looked at, and an unknown login costs the same
  /// work as a known one, so that both look like a wrong password.
  login_result verify(std::string_view method, std::string_view target, std::string_view header,
                      const lookup_fn& lookup);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace rollcall::http
