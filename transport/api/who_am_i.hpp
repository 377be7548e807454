#pragma once

#include "transport/api/method.hpp"

namespace rollcall::api {

extern const method who_am_i; ///< system.whoAmI

} // namespace rollcall::api
