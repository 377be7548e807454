#pragma once

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rollcall::net {

/// Whom bounds count as one: an IPv4 address, also in its mapped form (RFC 4291, 2.5.5.2), or the 64 bits of
/// an IPv6 network, because a host of such a network has all its addresses. A
/// text that is no address is a key of its own.
class address_key {
public:
  address_key() = default;

  explicit address_key(std::string_view address) {
    const std::string terminated{address.substr(0, address.find('%'))};
    in6_addr v6{};
    if (inet_pton(AF_INET, terminated.c_str(), bytes_.data()) == 1) {
      kind_ = kind::v4;
    } else if (inet_pton(AF_INET6, terminated.c_str(), &v6) == 1) {
      kind_ = IN6_IS_ADDR_V4MAPPED(&v6) ? kind::v4 : kind::v6;
      if (kind_ == kind::v4)
        std::copy_n(v6.s6_addr + mapped_prefix, 4, bytes_.begin());
      else
        std::copy_n(v6.s6_addr, bytes_.size(), bytes_.begin());
    }
  }

  /// A key for tables that have texts for keys; not for people.
  std::string text() const {
    std::string result(1, static_cast<char>(kind_));
    result.append(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    return result;
  }

  friend bool operator==(const address_key&, const address_key&) = default;

  struct hash {
    std::size_t operator()(const address_key& key) const {
      return std::hash<std::string_view>{}(
          {reinterpret_cast<const char*>(key.bytes_.data()), key.bytes_.size()});
    }
  };

private:
  enum class kind : std::uint8_t { none, v4, v6 };

  static constexpr std::size_t mapped_prefix = 12;

  std::array<std::uint8_t, 8> bytes_{}; ///< of IPv4 the first four
  kind kind_ = kind::none;
};

} // namespace rollcall::net
