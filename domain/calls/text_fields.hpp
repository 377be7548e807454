#pragma once

#include "domain/calls/call_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall {

/// The texts that an event says of a call. Most say none: they lie one behind the other in one string, so
/// that an event is small, and costs one allocation at most for them. One that was moved from may only be
/// assigned.
class text_fields {
public:
  /// Nothing when it does not say this text, which is something else than an empty one.
  std::optional<std::string_view> get(call_text which) const noexcept {
    const auto i = static_cast<std::size_t>(which);
    if ((said_ >> i & 1U) == 0)
      return std::nullopt;
    return std::string_view{all_}.substr(begin(i), ends_[i] - begin(i));
  }

  /// Costs least in the order of call_text.
  void set(call_text which, std::string_view value) {
    const auto i = static_cast<std::size_t>(which);
    const auto known = ends_[i] - begin(i);
    all_.replace(begin(i), known, value);
    const auto added = static_cast<std::uint32_t>(value.size()) - known; // may wrap, and back again
    for (auto j = i; j < call_text_count; ++j)
      ends_[j] += added;
    said_ = static_cast<std::uint8_t>(said_ | 1U << i);
  }

  /// Shows each that it says to `f(which, value)`.
  template <class F>
  void each(F f) const {
    for (std::size_t i = 0; i < call_text_count && said_ >> i != 0; ++i)
      if (const auto value = get(static_cast<call_text>(i)))
        f(static_cast<call_text>(i), *value);
  }

  /// Makes room for that many bytes, to be asked for once instead of text by text.
  void reserve(std::size_t bytes) { all_.reserve(bytes); }

private:
  std::size_t begin(std::size_t i) const noexcept { return i == 0 ? 0 : ends_[i - 1]; }

  std::string all_;
  std::array<std::uint32_t, call_text_count> ends_{}; ///< where in it each ends, said or not
  std::uint8_t said_ = 0;                             ///< a bit for each
};

static_assert(call_text_count <= 8);

} // namespace rollcall
