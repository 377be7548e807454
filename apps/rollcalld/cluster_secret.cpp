#include "apps/rollcalld/cluster_secret.hpp"

#include "actors/runtime/log.hpp"
#include "apps/rollcalld/state_file.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/json.hpp>
#include <openssl/rand.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace rollcall {

namespace {

constexpr std::size_t longest_secret_file = 64 * 1024; // bytes; a full one is a fiftieth of that

std::int64_t micros(timestamp at) { return at.time_since_epoch().count(); }

shared_secret random_secret(const node_id& own, timestamp now) {
  shared_secret made{own.value(), micros(now), std::string(shared_secret::size, '\0')};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(made.bytes.data()), static_cast<int>(made.bytes.size()))
      != 1)
    throw std::runtime_error{"no random bytes for the cluster's secret"};
  return made;
}

std::string hex_of(const std::string& bytes) { return boost::algorithm::hex_lower(bytes); }

/// A secret as the file has it. What is wrong with it is told without it.
std::string secret_in(const boost::json::value& from) {
  std::string bytes;
  try {
    bytes = boost::algorithm::unhex(std::string{from.at("secret").as_string()});
  } catch (const boost::algorithm::hex_decode_error&) {
    throw std::runtime_error{"a secret is not in hexadecimal digits"};
  }
  if (bytes.size() != shared_secret::size)
    throw std::runtime_error{"a secret is not 32 bytes"};
  return bytes;
}

/// Whoever could read it may know the secret: the operator is told, and nobody else can from now on.
void close_to_others(const std::filesystem::path& file) {
  using std::filesystem::perms;
  std::error_code none;
  const auto mode = std::filesystem::status(file, none).permissions();
  if (none || (mode & (perms::group_all | perms::others_all)) == perms::none)
    return;
  log::warn("rollcalld",
            "{} could be read or written by others than its owner; whoever did may know the secret "
            "of the cluster: remove the file on every node while all are stopped, to have another one",
            file.string());
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write, none);
}

} // namespace

cluster_secret::cluster_secret(const std::filesystem::path& folder, const node_id& own,
                               std::string configured, wall_clock now)
    : file_(folder / "secret.json"),
      now_(now),
      kept_(read()),
      ring_(std::move(configured), kept_ ? kept_->shared : random_secret(own, now()),
            kept_ ? kept_->former : std::vector<former_secret>{}, now()) {
  keep();
}

void cluster_secret::configure(std::string configured) {
  ring_.configure(std::move(configured), now_());
  keep();
}

bool cluster_secret::learn(const shared_secret& theirs) {
  const auto taken = ring_.learn(theirs, now_());
  if (taken)
    keep();
  return taken;
}

shared_secret cluster_secret::told() const {
  return ring_.is_configured() ? shared_secret{} : ring_.shared();
}

std::vector<http::nonce_key> cluster_secret::nonce_keys() const {
  std::vector<http::nonce_key> keys{
      {net::derive_key(ring_.in_use(), net::key_purpose::nonces), timestamp::max()}};
  for (const auto& one : ring_.former(now_()))
    keys.push_back({net::derive_key(one.bytes, net::key_purpose::nonces), one.good_until});
  return keys;
}

std::vector<net::derived_key> cluster_secret::token_keys() const {
  return keys_for(net::key_purpose::tokens);
}

std::vector<net::derived_key> cluster_secret::confirmation_keys() const {
  return keys_for(net::key_purpose::confirmations);
}

std::vector<net::derived_key> cluster_secret::keys_for(std::string_view purpose) const {
  std::vector<net::derived_key> keys{net::derive_key(ring_.in_use(), purpose)};
  for (const auto& one : ring_.former(now_()))
    keys.push_back(net::derive_key(one.bytes, purpose));
  return keys;
}

std::optional<cluster_secret::content> cluster_secret::read() const {
  try {
    const auto text = read_state_file(file_, longest_secret_file);
    if (!text)
      return std::nullopt;
    close_to_others(file_);
    return parse(*text);
  } catch (const std::exception& e) {
    log::error("rollcalld", "{} cannot be used, the node makes another secret: {}", file_.string(), e.what());
    return std::nullopt;
  }
}

cluster_secret::content cluster_secret::parse(const std::string& text) {
  boost::json::error_code broken;
  const auto from = boost::json::parse(text, broken);
  if (broken)
    throw std::runtime_error{"it is damaged"};
  content what;
  what.shared = {std::string{from.at("origin").as_string()}, from.at("made").to_number<std::int64_t>(),
                 secret_in(from)};
  if (!is_sound(what.shared))
    throw std::runtime_error{"its origin is not a node"};
  for (const auto& one : from.at("former").as_array())
    what.former.push_back(
        {secret_in(one), timestamp{std::chrono::microseconds{one.at("good_until").to_number<std::int64_t>()}},
         false});
  return what;
}

std::string cluster_secret::written(const content& what) {
  boost::json::array former;
  for (const auto& one : what.former)
    former.push_back({{"secret", hex_of(one.bytes)}, {"good_until", micros(one.good_until)}});
  return boost::json::serialize(boost::json::object{{"origin", what.shared.origin},
                                                    {"made", what.shared.made},
                                                    {"secret", hex_of(what.shared.bytes)},
                                                    {"former", std::move(former)}})
         + '\n';
}

cluster_secret::content cluster_secret::to_keep() const {
  content what{ring_.shared(), ring_.former(now_())};
  std::erase_if(what.former, [](const auto& one) { return one.configured; });
  return what;
}

/// Where the configuration has always had a secret, the other one is in use nowhere.
bool cluster_secret::is_to_be_kept() const { return !ring_.is_configured() || !to_keep().former.empty(); }

void cluster_secret::keep() {
  auto what = to_keep();
  if (!is_to_be_kept() || kept_ == what)
    return;
  try {
    replace_state_file(file_, written(what));
    if (!kept_)
      log::info("rollcalld", "the secret that nonces are keyed by is kept in {}", file_.string());
    kept_ = std::move(what);
    if (std::exchange(failed_, false))
      log::info("rollcalld", "{} is written again", file_.string());
  } catch (const std::exception& e) {
    if (!std::exchange(failed_, true))
      log::error("rollcalld", "{} cannot be written, a restart will have another secret: {}", file_.string(),
                 e.what());
  }
}

} // namespace rollcall
