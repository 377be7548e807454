#pragma once

#include "domain/base/time.hpp"
#include "transport/net/tls.hpp"

namespace rollcall::net {

/// Until when the certificate of an identity is good. Throws std::runtime_error when it does not say.
timestamp expiry_of(const tls_context& identity);

} // namespace rollcall::net
