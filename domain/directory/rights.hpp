#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall {

/// What somebody may do by the API (control.md, 6).
enum class right : std::uint8_t {
  view,       ///< lists, stats, counts, the stream, history, limits, standing quarantines
  disconnect, ///< disconnectCall
  bulk,       ///< every other disconnect, orders about nodes, and the audit log
  quarantine, ///< imposing and lifting quarantines
};

/// All rights with their names, in the order in which they are told.
constexpr std::array<std::pair<right, std::string_view>, 4> right_names = {
    {{right::view, "view"},
     {right::disconnect, "disconnect"},
     {right::bulk, "bulk"},
     {right::quarantine, "quarantine"}}};

/// Empty for no right.
constexpr std::string_view name_of(right which) noexcept {
  for (const auto& [each, name] : right_names)
    if (each == which)
      return name;
  return {};
}

/// A set of rights. No rights by default: what nobody has granted is not granted.
class rights {
public:
  constexpr rights() noexcept = default;
  constexpr rights(std::initializer_list<right> which) noexcept {
    for (const auto each : which)
      add(each);
  }

  static constexpr rights all() noexcept {
    return {right::view, right::disconnect, right::bulk, right::quarantine};
  }
  /// Of a customer that the directory grants nothing particular: as with the vendor.
  static constexpr rights usual() noexcept { return {right::view, right::disconnect, right::bulk}; }

  constexpr bool has(right which) const noexcept { return (bits_ & bit(which)) != 0; }
  constexpr void add(right which) noexcept { bits_ |= bit(which); }
  constexpr bool empty() const noexcept { return bits_ == 0; }

  friend constexpr bool operator==(rights, rights) noexcept = default;

private:
  static constexpr std::uint8_t bit(right which) noexcept {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(which));
  }

  std::uint8_t bits_ = 0;
};

/// The names, separated by spaces, as databases keep them: `view disconnect`. Empty for no right.
std::string to_string(rights which);

/// The rights of such a text. None when a word of it names no right, and says which in `unknown`.
std::optional<rights> parse_rights(std::string_view text, std::string& unknown);

} // namespace rollcall
