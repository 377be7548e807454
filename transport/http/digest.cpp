#include "transport/http/digest.hpp"

#include "transport/http/authorization.hpp"
#include "transport/http/nonce.hpp"
#include "transport/http/replay_table.hpp"
#include "transport/http/text.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace rollcall::http {
namespace {

constexpr std::size_t min_secret_bytes = 16;
constexpr std::size_t nc_digits = 8; // RFC 7616, 3.4: exactly eight

/// The path and query of a request target, also of one in absolute form (RFC 9112, 3.2.2).
std::string_view origin_form(std::string_view target) {
  const auto authority = target.find("://");
  if (target.starts_with('/') || authority == std::string_view::npos)
    return target;
  const auto path = target.find('/', authority + 3);
  return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
}

bool same_digest(std::string_view expected, std::string_view given) {
  if (expected.size() != given.size())
    return false;
  std::string lower{given};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  return CRYPTO_memcmp(expected.data(), lower.data(), expected.size()) == 0;
}

/// What is wrong with a header that no Digest client may send; empty when nothing is.
std::string fault_of(const authorization& from, std::string_view target) {
  if (from.username.empty() || from.nonce.empty() || from.uri.empty() || from.response.empty())
    return "Authorization lacks username, nonce, uri or response";
  if (!iequals(from.qop, "auth"))
    return "Authorization must have qop=auth";
  const auto count = hex_number(from.nc);
  if (!count || *count == 0 || from.nc.size() != nc_digits || from.cnonce.empty())
    return "Authorization lacks a cnonce or an nc of 8 hex digits";
  if (origin_form(from.uri) != origin_form(target))
    return "Authorization is for another uri";
  return {};
}

verdict challenged(bool stale, std::string login = {}) {
  return {verdict::kind::challenge, std::move(login), stale, {}};
}

verdict refused(std::string reason) { return {verdict::kind::bad_request, {}, false, std::move(reason)}; }

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted += '"';
}

} // namespace

struct authenticator::state {
  explicit state(settings chosen)
      : config(std::move(chosen)),
        mint(config.secret),
        replays(config.capacity),
        nobody{password_hash(digest_algorithm::md5, "", config.realm, config.secret),
               password_hash(digest_algorithm::sha256, "", config.realm, config.secret)} {}

  bool knows(digest_algorithm algorithm) const {
    return std::find(config.algorithms.begin(), config.algorithms.end(), algorithm)
           != config.algorithms.end();
  }

  /// The id of a nonce of ours that is neither expired nor from the future.
  std::optional<nonce_id> live(std::string_view nonce) {
    const auto now = config.now();
    replays.forget_below(first_nonce_id(now - nonce_lifetime));
    const auto id = recognise(nonce);
    if (!id || birth(*id) < now - nonce_lifetime || birth(*id) > now + clock_skew)
      return std::nullopt;
    return id;
  }

  /// Once it has logged somebody in, the seal of a nonce is not looked at again: the response proves more.
  std::optional<nonce_id> recognise(std::string_view nonce) {
    if (const auto id = claimed_id(nonce); id && replays.knows(*id))
      return id;
    if (const auto own = mint.recognise(nonce))
      return own;
    const std::lock_guard lock{others_guard};
    for (const auto& [secret, other] : others)
      if (const auto id = other.recognise(nonce))
        return id;
    return std::nullopt;
  }

  bool password_right(std::string_view method, const authorization& from, digest_algorithm algorithm,
                      const lookup_fn& lookup) const {
    const auto found = lookup(from.username);
    const auto hash_of = [algorithm](const digest_hashes& hashes) -> const std::string& {
      return algorithm == digest_algorithm::md5 ? hashes.md5 : hashes.sha256;
    };
    // A login that cannot get in is checked against nobody's hash, so that it takes as long as one that can.
    const bool usable = found && !hash_of(*found).empty();
    const auto& a1 = hash_of(usable ? *found : nobody);
    return same_digest(expected_response(algorithm, a1, method, from), from.response) && usable;
  }

  settings config;
  nonce_mint mint;
  std::mutex others_guard;
  std::deque<std::pair<std::string, nonce_mint>> others; ///< of other nodes, by secret, oldest first
  replay_table replays;
  digest_hashes nobody;
};

authenticator::authenticator(settings config) {
  if (config.algorithms.empty())
    throw std::invalid_argument("no digest algorithm is offered");
  if (config.secret.size() < min_secret_bytes)
    throw std::invalid_argument("the digest secret is shorter than 16 bytes");
  state_ = std::make_unique<state>(std::move(config));
}

authenticator::~authenticator() = default;

void authenticator::recognise_also(const std::string& secret) {
  const std::lock_guard lock{state_->others_guard};
  auto& others = state_->others;
  const auto known =
      std::any_of(others.begin(), others.end(), [&](const auto& x) { return x.first == secret; });
  if (secret.size() < min_secret_bytes || secret == state_->config.secret || known)
    return;
  if (others.size() >= most_secrets)
    others.pop_front();
  others.emplace_back(secret, nonce_mint{secret});
}

std::vector<std::string> authenticator::challenges(bool stale) const {
  const auto& config = state_->config;
  const auto nonce = state_->mint.make(config.now());
  std::vector<std::string> values;
  for (const auto algorithm : config.algorithms)
    values.push_back("Digest realm=" + quote(config.realm)
                     + ", qop=\"auth\", algorithm=" + std::string{name(algorithm)} + ", nonce=\"" + nonce
                     + "\"" + (stale ? ", stale=true" : "") + ", charset=UTF-8");
  return values;
}

verdict authenticator::verify(std::string_view method, std::string_view target, std::string_view header,
                              const lookup_fn& lookup) {
  if (!is_digest(header))
    return challenged(false);
  std::string reason;
  auto from = parse_authorization(header, reason);
  if (!from || !(reason = fault_of(*from, target)).empty())
    return refused(std::move(reason));

  const auto algorithm = parse_digest_algorithm(from->algorithm.empty() ? "MD5" : from->algorithm);
  if (!algorithm || !state_->knows(*algorithm) || from->realm != state_->config.realm)
    return challenged(false, std::move(from->username));

  const auto count = *hex_number(from->nc);
  const auto nonce = state_->live(from->nonce);
  if (!nonce || !state_->replays.fresh(*nonce, count))
    return challenged(true);
  if (!state_->password_right(method, *from, *algorithm, lookup))
    return challenged(false, std::move(from->username));
  // Only now: nobody can use up the counters of a nonce without knowing the password.
  if (!state_->replays.use(*nonce, count))
    return challenged(true);
  return {verdict::kind::accepted, std::move(from->username), false, {}};
}

} // namespace rollcall::http
