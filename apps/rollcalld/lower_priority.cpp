#include "apps/rollcalld/lower_priority.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace rollcall {

namespace {

/// With 15 a list beside a feed that takes all it can get needs minutes.
constexpr int encoders_nice = 10;

} // namespace

void lower_priority() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), encoders_nice); }

} // namespace rollcall
