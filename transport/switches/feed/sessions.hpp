#pragma once

#include "transport/switches/common/session.hpp"
#include "transport/switches/feed/service.hpp"

#include <memory>
#include <string>

namespace rollcall::feed {

/// What sessions of the feed need. `node` is what the welcome says.
std::shared_ptr<switches::session::shared> sessions_of(const std::shared_ptr<service>& with, std::string node,
                                                       attach_fn attach, wall_clock now);

} // namespace rollcall::feed
