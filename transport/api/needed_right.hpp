#pragma once

#include "domain/directory/rights.hpp"

#include <optional>

namespace rollcall::api {

/// The right without which a method is refused, or `std::nullopt` for one that everybody may call who is let
/// in. It has no default: a method that does not say what it needs does not compile.
class needed_right {
public:
  constexpr needed_right(right which) noexcept : which_(which) {}        // NOLINT(*-explicit-*)
  constexpr needed_right(std::nullopt_t /*none*/) noexcept : which_() {} // NOLINT(*-explicit-*)

  constexpr std::optional<right> value() const noexcept { return which_; }

private:
  std::optional<right> which_;
};

} // namespace rollcall::api
