#pragma once

#include <chrono>
#include <optional>
#include <string>

/// Tells the service manager about this process (sd_notify(3)). Does nothing without one. Any thread.
namespace rollcall::service_manager {

/// True when somebody listens.
bool listens();

/// Within which time it wants to hear alive(), each time; none: it does not watch.
std::optional<std::chrono::microseconds> watchdog();

/// The node serves, from its start or from a reload on.
void ready();
void reloading();
void stopping();

/// One line for people.
void status(const std::string& text);

/// The node has just shown that it works.
void alive();

} // namespace rollcall::service_manager
