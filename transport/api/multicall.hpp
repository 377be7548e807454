#pragma once

#include "transport/api/method.hpp"

#include <chrono>
#include <cstddef>

namespace rollcall::api {

/// How long after its beginning a system.multicall still begins a part. Less than HTTP waits for an answer.
constexpr std::chrono::seconds multicall_deadline{20};

/// Parts of one system.multicall.
constexpr std::size_t multicall_most_parts = 64;

/// Bytes of answers that wait in memory until all parts have answered; parts after that are not done. Those
/// of calls and counts stream, and take none.
constexpr std::size_t multicall_most_bytes = 1024 * 1024;

extern const method multicall; ///< system.multicall

} // namespace rollcall::api
