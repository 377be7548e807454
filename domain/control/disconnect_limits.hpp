#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace rollcall {

/// To what a disconnect is held: it is counted first when one of these is set (control.md, 1).
struct disconnect_limits {
  std::optional<std::uint64_t> max_calls;
  std::uint64_t above = 0; ///< more calls need max_calls; 0: they do not

  bool any() const noexcept { return max_calls || above > 0; }
};

/// Why a request that would hang up so many calls is not carried out: `812 calls match, max_calls is 500`.
/// None when it is.
std::optional<std::string> exceeded(const disconnect_limits& limits, std::uint64_t calls);

} // namespace rollcall
