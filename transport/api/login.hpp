#pragma once

#include "transport/api/invocation.hpp"
#include "transport/api/service.hpp"
#include "transport/http/message.hpp"
#include "transport/net/guess_brake.hpp"

#include <atomic>
#include <cstdint>
#include <variant>

namespace rollcall::api {

/// What stands against guessing, for all ways to log in.
struct login_brake {
  net::guess_brake guessers;
  log_throttles lines;
  std::atomic<std::uint64_t> braked{0}; ///< requests told to wait
};

/// What everybody is told while there is no directory with customers.
http::response nobody_is_served(service& shared);

/// Lets a request in, or says with which HTTP answer it is turned away (contract, 4.1 and 4.2). With an
/// Authorization header it is normal mode, whoever sends it; without one it is trusted when its peer is and
/// nothing about it speaks of a proxy or a browser. Does not read the body. Who is refused is logged.
std::variant<caller, http::response> log_in(const settings& by, const http::request& request, service& shared,
                                            login_brake& brake);

} // namespace rollcall::api
