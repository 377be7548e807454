#pragma once

#include "apps/config/config.hpp"

namespace rollcall {

/// Has the log written to stderr as configured. May be called again on a reload; any thread may log
/// meanwhile.
void set_up_logging(const log_config& config);

} // namespace rollcall
