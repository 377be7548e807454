#include "domain/base/boot_clock.hpp"

#include <ctime>

namespace rollcall {

boot_time boot_clock::now() noexcept {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return boot_time{std::chrono::duration_cast<duration>(std::chrono::seconds{now.tv_sec}
                                                        + std::chrono::nanoseconds{now.tv_nsec})};
}

} // namespace rollcall
