#include "transport/events/token.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

namespace rollcall::events {

namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t frame_bytes = nonce_bytes + tag_bytes;

using context_ptr = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

int length(std::string_view text) { return static_cast<int>(text.size()); }

void need(bool ok) {
  if (!ok)
    throw std::runtime_error("OpenSSL cannot seal a token");
}

void put_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(number >> shift & 0xFF);
}

/// Names of nodes and switches are at most 64 bytes.
void put_text(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size());
  out += text;
}

constexpr std::size_t most_nodes = 255;

/// The nodes, each with its place, and behind them the switches, each with the number of its node and of its
/// calls: a switch of a node that has no place is left out.
std::string written(const watch_place& place) {
  std::string out;
  std::map<std::string_view, char> numbers;
  for (const auto& [node, at] : place.nodes) {
    numbers.emplace(node, static_cast<char>(numbers.size()));
    put_text(out, node);
    put_number(out, at.log);
    put_number(out, at.position);
  }
  put_text(out, {});
  for (const auto& [name, told] : place.switches)
    if (const auto found = numbers.find(told.node); found != numbers.end()) {
      put_text(out, name);
      out += found->second;
      put_number(out, told.calls);
    }
  put_text(out, {});
  return out;
}

/// What this cluster has written: nobody else can.
class reading {
public:
  explicit reading(std::string_view text) : text_(text) {}

  std::string text() { return std::string{take(byte())}; }

  std::size_t byte() { return static_cast<unsigned char>(take(1)[0]); }

  std::uint64_t number() {
    std::uint64_t result = 0;
    for (const char c : take(8))
      result = result << 8 | static_cast<unsigned char>(c);
    return result;
  }

private:
  std::string_view take(std::size_t size) {
    if (text_.size() < size)
      throw std::runtime_error("a token of another version");
    const auto result = text_.substr(0, size);
    text_.remove_prefix(size);
    return result;
  }

  std::string_view text_;
};

watch_place read(std::string_view text) {
  watch_place place;
  reading from{text};
  std::vector<std::string> nodes;
  for (auto node = from.text(); !node.empty(); node = from.text()) {
    auto& at = place.nodes[node];
    at.log = from.number();
    at.position = from.number();
    nodes.push_back(std::move(node));
  }
  for (auto name = from.text(); !name.empty(); name = from.text()) {
    auto& told = place.switches[name];
    told.node = nodes.at(from.byte());
    told.calls = from.number();
  }
  return place;
}

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// RFC 4648, 5, without padding.
std::string base64url(std::string_view from) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : from) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6)
      out += alphabet[bits >> (held - 6) & 63];
  }
  if (held > 0)
    out += alphabet[bits << (6 - held) & 63];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos)
      return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 255);
    }
  }
  // One text for the same bytes: no bit is left that says nothing.
  return held < 6 && (bits & ((1U << held) - 1)) == 0 ? std::optional{out} : std::nullopt;
}

} // namespace

std::string token_seal::seal(const watch_place& place, std::string_view reader) const {
  if (place.nodes.size() > most_nodes)
    return {};
  auto plain = written(place);
  const auto* const size = std::find_if(token_sizes.begin(), token_sizes.end(),
                                        [&](std::size_t most) { return plain.size() <= most; });
  if (keys_.empty() || size == token_sizes.end())
    return {};
  plain.resize(*size);
  std::string sealed(frame_bytes + plain.size(), '\0');
  auto* const nonce = bytes_of(sealed);
  auto* const body = nonce + nonce_bytes;
  need(RAND_bytes(nonce, nonce_bytes) == 1);
  const context_ptr to{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  int done = 0;
  need(to != nullptr);
  need(EVP_EncryptInit_ex(to.get(), EVP_aes_256_gcm(), nullptr, keys_.front().data(), nonce) == 1);
  need(EVP_EncryptUpdate(to.get(), nullptr, &done, bytes_of(reader), length(reader)) == 1);
  need(EVP_EncryptUpdate(to.get(), body, &done, bytes_of(std::string_view{plain}), length(plain)) == 1);
  need(EVP_EncryptFinal_ex(to.get(), body + done, &done) == 1);
  need(EVP_CIPHER_CTX_ctrl(to.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, body + plain.size()) == 1);
  return base64url(sealed);
}

std::optional<watch_place> token_seal::open(std::string_view token, std::string_view reader) const {
  auto sealed = from_base64url(token);
  if (!sealed || sealed->size() < frame_bytes
      || std::find(token_sizes.begin(), token_sizes.end(), sealed->size() - frame_bytes) == token_sizes.end())
    return std::nullopt;
  auto* const nonce = bytes_of(*sealed);
  auto* const body = nonce + nonce_bytes;
  std::string plain(sealed->size() - frame_bytes, '\0');
  for (const auto& key : keys_) {
    const context_ptr from{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    int done = 0;
    need(from != nullptr);
    need(EVP_DecryptInit_ex(from.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce) == 1);
    need(EVP_DecryptUpdate(from.get(), nullptr, &done, bytes_of(reader), length(reader)) == 1);
    need(EVP_DecryptUpdate(from.get(), bytes_of(plain), &done, body, length(plain)) == 1);
    need(EVP_CIPHER_CTX_ctrl(from.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, body + plain.size()) == 1);
    if (EVP_DecryptFinal_ex(from.get(), bytes_of(plain) + done, &done) != 1)
      continue;
    try {
      return read(plain);
    } catch (const std::exception&) { // another version of this cluster has written it
      return std::nullopt;
    }
  }
  return std::nullopt;
}

} // namespace rollcall::events
