#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace rollcall {

/// For tables of texts in which a text is looked for without a copy of it.
struct text_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

} // namespace rollcall
