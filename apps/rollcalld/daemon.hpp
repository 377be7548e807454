#pragma once

#include "apps/config/config.hpp"
#include "apps/rollcalld/unusable_config.hpp"

#include <filesystem>
#include <memory>

namespace rollcall {

/// One node: puts the parts together, starts them, reloads them and stops them. One thread.
///
/// Start: directory, audit log, actors, listeners, then the switches. Stop: listeners, running answers,
/// switches, audit log. The actors themselves are left to the end of the process.
class daemon {
public:
  /// `file` is read again on a reload.
  daemon(std::filesystem::path file, config config);
  ~daemon();

  daemon(const daemon&) = delete;
  daemon& operator=(const daemon&) = delete;

  /// Throws unusable_config; unavailable, or std::system_error when an address cannot be bound.
  void start();

  /// Serves until SIGTERM or SIGINT, then drains. SIGHUP reloads.
  void run();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace rollcall
