#pragma once

#include "transport/switches/common/driver_kind.hpp"

namespace rollcall::kamailio {

/// `[[kamailio]]`.
switches::driver_kind kind();

} // namespace rollcall::kamailio
