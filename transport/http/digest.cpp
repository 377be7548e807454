#include "transport/http/digest.hpp"

#include "domain/base/text.hpp"
#include "transport/http/authorization.hpp"
#include "transport/http/nonce.hpp"
#include "transport/http/replay_table.hpp"
#include "transport/http/text.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rollcall::http {
namespace {

constexpr std::size_t nc_digits = 8;       // RFC 7616, 3.4: exactly eight
constexpr std::size_t most_nc_digits = 16; // of clients in Erlang; the first of them are zeros

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

/// The number of a count; none when it is not well-formed.
std::optional<std::uint32_t> count_of(std::string_view nc) {
  if (nc.size() < nc_digits || nc.size() > most_nc_digits)
    return std::nullopt;
  const auto more = nc.substr(0, nc.size() - nc_digits);
  if (more.find_first_not_of('0') != std::string_view::npos)
    return std::nullopt;
  return hex_number(nc.substr(more.size()));
}

/// What is wrong with a header that no Digest client may send; empty when nothing is.
std::string fault_of(const authorization& from, std::string_view target) {
  if (from.username.empty() || from.nonce.empty() || from.uri.empty() || from.response.empty())
    return "Authorization lacks username, nonce, uri or response";
  if (!iequals(from.qop, "auth"))
    return "Authorization must have qop=auth";
  if (!count_of(from.nc) || from.cnonce.empty()) // Ruby's clients begin to count at 0
    return "Authorization lacks a cnonce or an nc of 8 hex digits";
  if (origin_form(from.uri) != origin_form(target))
    return "Authorization is for another uri";
  return {};
}

login_result challenged(bool stale, std::string login = {}) {
  return {login_result::kind::challenge, std::move(login), stale, {}};
}

login_result refused(std::string reason) {
  return {login_result::kind::bad_request, {}, false, std::move(reason)};
}

/// Each byte as the character that it is in ISO-8859-1, in UTF-8.
std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80)
      out += static_cast<char>(0xC0U | byte >> 6U);
    out += static_cast<char>(byte < 0x80 ? byte : 0x80U | (byte & 0x3FU));
  }
  return out;
}

} // namespace

struct authenticator::state {
  explicit state(settings chosen)
      : config(std::move(chosen)),
        mints(mints_of(config.keys)),
        replays(config.capacity),
        nobody{password_hash(digest_algorithm::md5, "", config.realm, text_of(config.keys.front())),
               password_hash(digest_algorithm::sha256, "", config.realm, text_of(config.keys.front()))} {}

  static std::string text_of(const nonce_key& of) { return {of.key.begin(), of.key.end()}; }

  struct dated_mint {
    nonce_mint mint;
    timestamp good_until;
  };
  using dated_mints = std::vector<dated_mint>;

  static std::shared_ptr<const dated_mints> mints_of(const std::vector<nonce_key>& keys) {
    dated_mints all;
    for (const auto& each : keys)
      all.push_back({nonce_mint{text_of(each)}, each.good_until});
    return std::make_shared<const dated_mints>(std::move(all));
  }

  std::shared_ptr<const dated_mints> current_mints() {
    const std::lock_guard lock{mints_guard};
    return mints;
  }

  bool knows(digest_algorithm algorithm) const {
    return std::find(config.algorithms.begin(), config.algorithms.end(), algorithm)
           != config.algorithms.end();
  }

  /// The id of a nonce of ours that is neither expired nor from the future.
  std::optional<nonce_id> live(std::string_view nonce) {
    const auto now = config.now();
    replays.forget_below(first_nonce_id(now - nonce_lifetime));
    const auto id = recognise(nonce, now);
    if (!id || birth(*id) < now - nonce_lifetime || birth(*id) > now + clock_skew)
      return std::nullopt;
    return id;
  }

  /// Once it has logged somebody in, the seal of a nonce is not looked at again: the response proves more.
  std::optional<nonce_id> recognise(std::string_view nonce, timestamp now) {
    if (const auto id = claimed_id(nonce); id && replays.knows(*id))
      return id;
    const auto all = current_mints();
    for (const auto& each : *all)
      if (now < each.good_until)
        if (const auto id = each.mint.recognise(nonce))
          return id;
    return std::nullopt;
  }

  /// Judges one reading of a header.
  login_result judge(std::string_view method, authorization from, const lookup_fn& lookup) {
    const auto algorithm = parse_digest_algorithm(from.algorithm.empty() ? "MD5" : from.algorithm);
    if (!algorithm || !knows(*algorithm) || from.realm != config.realm)
      return challenged(false, std::move(from.username));
    const auto count = *count_of(from.nc);
    const auto nonce = live(from.nonce);
    if (!nonce || !replays.fresh(*nonce, count))
      return challenged(true);
    // Python's requests, among others, hashes UTF-8 and then writes the header in ISO-8859-1. One reading,
    // for each is a guess at a login.
    auto login = is_clean(from.username) ? from.username : from_latin1(from.username);
    if (!password_right(login, method, from, *algorithm, lookup))
      return challenged(false, std::move(login));
    // Only now: nobody can use up the counters of a nonce without knowing the password.
    if (!replays.use(*nonce, count))
      return challenged(true);
    return {login_result::kind::accepted, std::move(login), false, {}};
  }

  bool password_right(std::string_view login, std::string_view method, const authorization& from,
                      digest_algorithm algorithm, const lookup_fn& lookup) const {
    const auto found = lookup(login);
    const auto hash_of = [algorithm](const digest_hashes& hashes) -> const std::string& {
      return algorithm == digest_algorithm::md5 ? hashes.md5 : hashes.sha256;
    };
    // A login that cannot get in is checked against nobody's hash, so that it takes as long as one that can;
    // so is one that has a single hash against a second one.
    const bool usable = found && !hash_of(*found).empty();
    const std::string_view known = hash_of(usable ? *found : nobody);
    const std::string_view stranger = hash_of(nobody);
    const auto right = [&](std::string_view a1) {
      return same_digest(expected_response(algorithm, a1, method, from), from.response) && usable;
    };
    const auto size = stranger.size();
    return right(known.substr(0, size))
           || (right(known.size() > size ? known.substr(size) : stranger) && known.size() > size);
  }

  settings config;
  std::mutex mints_guard;
  std::shared_ptr<const dated_mints> mints; ///< never empty; by the first nonces are made
  replay_table replays;
  digest_hashes nobody;
};

authenticator::authenticator(settings config) {
  if (config.algorithms.empty())
    throw std::invalid_argument("no digest algorithm is offered");
  if (config.keys.empty())
    throw std::invalid_argument("there is no key for nonces");
  state_ = std::make_unique<state>(std::move(config));
}

authenticator::~authenticator() = default;

void authenticator::change_keys(const std::vector<nonce_key>& keys) {
  if (keys.empty())
    throw std::invalid_argument("there is no key for nonces");
  auto fresh = state::mints_of(keys);
  const std::lock_guard lock{state_->mints_guard};
  state_->mints = std::move(fresh);
}

std::vector<std::string> authenticator::challenges(bool stale) const {
  const auto& config = state_->config;
  const auto nonce = state_->current_mints()->front().mint.make(config.now());
  std::vector<std::string> values;
  for (const auto algorithm : config.algorithms)
    values.push_back("Digest realm=" + quoted_string(config.realm)
                     + ", qop=\"auth\", algorithm=" + std::string{name(algorithm)} + ", nonce=\"" + nonce
                     + "\"" + (stale ? ", stale=true" : "") + ", charset=UTF-8");
  return values;
}

login_result authenticator::verify(std::string_view method, std::string_view target, std::string_view header,
                                   const lookup_fn& lookup) {
  if (!is_digest(header))
    return challenged(false);
  const auto read = [&](backslash in_quotes) {
    std::string reason;
    auto from = parse_authorization(header, reason, in_quotes);
    if (!from || !(reason = fault_of(*from, target)).empty())
      return refused(std::move(reason));
    return state_->judge(method, std::move(*from), lookup);
  };
  auto result = read(backslash::escapes);
  if (result.outcome == login_result::kind::accepted || header.find('\\') == std::string_view::npos)
    return result;
  auto other = read(backslash::is_text);
  // What it says when neither lets in is what it says by the RFC, unless it says nothing by that.
  const auto better =
      other.outcome == login_result::kind::accepted
      || (result.outcome == login_result::kind::bad_request && other.outcome != result.outcome);
  return better ? other : result;
}

} // namespace rollcall::http
