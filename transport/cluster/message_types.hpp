#pragma once

#include <cstddef>
#include <string_view>

namespace rollcall::cluster {

/// Bytes at the beginning of a message in which the names of its types end.
constexpr std::size_t type_names_bytes = 256;

/// True when a message that begins so holds nothing but our own types and plain ones of CAF: none that holds
/// values of any type, which may be in each other as deep as there are bytes. `payload` is the beginning of a
/// BASP payload. Pure.
bool holds_flat_types(std::string_view payload);

} // namespace rollcall::cluster
