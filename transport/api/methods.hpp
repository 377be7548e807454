#pragma once

#include "transport/api/method.hpp"

#include <span>
#include <string_view>

namespace rollcall::api {

/// Every method, by name.
std::span<const method* const> methods();

/// Their names, in the same order.
std::span<const std::string_view> method_names();

/// Null for an unknown name.
const method* find_method(std::string_view name);

} // namespace rollcall::api
