#pragma once

#include "transport/switches/common/object_reader.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace rollcall::kamailio {

/// The value of a field that is a natural number; none for anything else.
inline std::optional<std::uint64_t> natural(const switches::json_value& value) {
  std::uint64_t number = 0;
  const auto* const end = value.text.data() + value.text.size();
  if (value.type != switches::json_value::kind::number || value.text.empty())
    return std::nullopt;
  const auto [at, failed] = std::from_chars(value.text.data(), end, number);
  return failed == std::errc{} && at == end ? std::optional{number} : std::nullopt;
}

} // namespace rollcall::kamailio
