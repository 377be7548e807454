#pragma once

#include "transport/switches/common/driver_kind.hpp"

namespace rollcall::asterisk {

/// `[[asterisk]]`, and what makes its drivers.
switches::driver_kind kind();

} // namespace rollcall::asterisk
