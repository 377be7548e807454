#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::http {

/// A list of address blocks: `10.0.0.0/8`, `2001:db8::/32`, or single addresses. Immutable after parse(), so
/// any thread may ask it. IPv4-mapped IPv6 (RFC 4291, 2.5.5.2) counts as IPv4 on both sides.
class peer_list {
public:
  peer_list() = default;

  /// Throws std::invalid_argument that names the entry and what is wrong with it. Bits beyond the prefix are
  /// an error: who writes 10.1.2.3/8 may not mean sixteen million hosts.
  static peer_list parse(const std::vector<std::string>& blocks);

  /// True when `peer`, a textual address (an IPv6 zone is ignored), is in one of the blocks. False for text
  /// that is no address.
  bool contains(std::string_view peer) const;

  bool empty() const noexcept { return blocks_.empty(); }

private:
  using bytes = std::array<std::uint8_t, 16>; ///< IPv6 order; IPv4 in its mapped form

  struct block {
    bytes network{};
    unsigned prefix = 128; ///< bits of `network` that count
    bool v4 = false;
  };

  static block parse_block(const std::string& text);
  static bool parse_address(std::string_view text, bytes& out);

  std::vector<block> blocks_;
};

} // namespace rollcall::http
