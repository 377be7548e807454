#pragma once

#include "transport/api/method.hpp"

#include <chrono>

namespace rollcall::api {

/// How long after its beginning a system.multicall still begins a part. Less than HTTP waits for an answer.
constexpr std::chrono::seconds multicall_deadline{20};

extern const method multicall; ///< system.multicall

} // namespace rollcall::api
