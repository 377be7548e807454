#include "apps/rollcalld/open_files.hpp"

#include <sys/resource.h>

namespace rollcall {

void raise_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit); // when it may not, what it has must do
}

std::size_t open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 1024;
  return static_cast<std::size_t>(limit.rlim_cur);
}

} // namespace rollcall
