#include "apps/rollcalld/priority.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace rollcall {

namespace {

/// With 15 a list beside a feed that takes all it can get needs minutes.
constexpr int makers_nice = 10;

} // namespace

void give_way() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), makers_nice); }

} // namespace rollcall
