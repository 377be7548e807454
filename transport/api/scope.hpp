#pragma once

#include "transport/api/invocation.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace rollcall::api {

/// What a trusted request means that names no customer.
enum class unnamed_scope : std::uint8_t {
  refused,       ///< the parameter is mandatory in trusted mode
  root_customer, ///< the root customer of environment 1
};

/// Whose calls a request is about (contract, 4.3). `named` is what the scope parameter, called `parameter`,
/// says. Fault 401 for a customer that is unknown or, in normal mode, neither the caller nor below it: the
/// two look the same.
xmlrpc::or_fault<customer_id> scope_of(const caller& who, const directory& dir, std::string_view parameter,
                                       std::optional<customer_id> named, unnamed_scope otherwise);

} // namespace rollcall::api
