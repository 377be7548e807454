#pragma once

#include "transport/api/invocation.hpp"
#include "transport/api/metrics.hpp"
#include "transport/api/refused_logins.hpp"
#include "transport/http/message.hpp"

#include <variant>

namespace rollcall::api {

/// Lets a request in, or says with which HTTP answer it is turned away (contract, 4.1 and 4.2). With an
/// Authorization header it is normal mode, whoever sends it; without one it is trusted when its peer is.
/// Looks at the header alone, never at the body. Who is refused is logged.
std::variant<caller, http::response> log_in(const settings& by, const http::request& request,
                                            metrics& counters, refused_logins& refused);

} // namespace rollcall::api
