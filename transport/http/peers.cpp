#include "transport/http/peers.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace rollcall::http {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;
constexpr unsigned address_bits = 128;

bool is_v4(const std::array<std::uint8_t, 16>& address) {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.begin());
}

/// True when `a` and `b` agree in their first `bits` bits.
bool same_prefix(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b,
                 unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin()))
    return false;
  return bits % 8 == 0 || (a[whole] ^ b[whole]) >> (8 - bits % 8) == 0;
}

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

[[noreturn]] void refuse(const std::string& block, const std::string& why) {
  throw std::invalid_argument("'" + block + "' " + why);
}

} // namespace

peer_list peer_list::parse(const std::vector<std::string>& blocks) {
  peer_list list;
  list.blocks_.reserve(blocks.size());
  for (const auto& text : blocks)
    list.blocks_.push_back(parse_block(text));
  return list;
}

bool peer_list::contains(std::string_view peer) const {
  bytes address{};
  if (blocks_.empty() || !parse_address(peer.substr(0, peer.find('%')), address))
    return false;
  return std::any_of(blocks_.begin(), blocks_.end(), [&, v4 = is_v4(address)](const block& b) {
    return b.v4 == v4 && same_prefix(b.network, address, b.prefix);
  });
}

peer_list::block peer_list::parse_block(const std::string& text) {
  const auto slash = text.find('/');
  const auto address = std::string_view{text}.substr(0, slash);
  block result;
  if (!parse_address(address, result.network))
    refuse(text, "is neither an IPv4 nor an IPv6 address nor a block of them");
  if (slash != std::string::npos) {
    // A dotted address counts its prefix from its own 32 bits, a mapped one in IPv6 notation from 128.
    const unsigned offset = address.find(':') == std::string_view::npos ? mapped_bits : 0;
    const auto prefix = parse_number(std::string_view{text}.substr(slash + 1));
    if (!prefix || *prefix > address_bits - offset)
      refuse(text, "must end in a prefix length from 0 to " + std::to_string(address_bits - offset));
    result.prefix = *prefix + offset;
  }
  result.v4 = is_v4(result.network) && result.prefix >= mapped_bits;
  for (unsigned bit = result.prefix; bit < address_bits; ++bit)
    if (result.network[bit / 8] & (0x80U >> bit % 8))
      refuse(text, "has address bits set beyond its prefix");
  return result;
}

bool peer_list::parse_address(std::string_view text, bytes& out) {
  const std::string terminated{text};
  in_addr v4{};
  if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) {
    const auto* octets = reinterpret_cast<const std::uint8_t*>(&v4.s_addr); // in network order
    std::copy_n(octets, 4, std::copy(mapped_prefix.begin(), mapped_prefix.end(), out.begin()));
    return true;
  }
  return inet_pton(AF_INET6, terminated.c_str(), out.data()) == 1;
}

} // namespace rollcall::http
