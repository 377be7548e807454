#include "apps/rollcalld/service_manager.hpp"

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <systemd/sd-daemon.h>

namespace rollcall::service_manager {

namespace {

constexpr int keep_environment = 0;

// What it says of the message is of no use: a service manager that is gone is no reason to do anything else.
void tell(const std::string& message) { static_cast<void>(sd_notify(keep_environment, message.c_str())); }

std::string monotonic_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

} // namespace

bool listens() {
  const auto* socket = std::getenv("NOTIFY_SOCKET");
  return socket && *socket;
}

std::optional<std::chrono::microseconds> watchdog() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(keep_environment, &microseconds) <= 0)
    return std::nullopt;
  return std::chrono::microseconds{microseconds};
}

void ready() { tell("READY=1"); }
void reloading() { tell("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds()); }
void stopping() { tell("STOPPING=1\nSTATUS=stopping: finishing answers and handing over switches"); }
void status(const std::string& text) { tell("STATUS=" + text); }
void alive() { tell("WATCHDOG=1"); }

} // namespace rollcall::service_manager
