#pragma once

#include "transport/api/invocation.hpp"

#include <string>

namespace rollcall::api {

/// What makes two orders the same request: who asks, the method, the parameters but for those that say how it
/// is carried out (is_order_word), in whatever order, and the directory by which it is understood. Bytes, not
/// to be shown.
std::string bound_request(const invocation& call);

} // namespace rollcall::api
