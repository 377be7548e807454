#pragma once

#include "apps/config/config.hpp"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace rollcall {

/// A configuration that is good in itself but cannot be served with the directory or the files it names.
class unusable_config : public std::runtime_error {
public:
  /// `key` is the dotted key that it is about: `directory.url`.
  unusable_config(std::string key_of, const std::string& reason)
      : std::runtime_error(key_of + ' ' + reason), key(std::move(key_of)) {}

  std::string key;
};

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

  /// Throws unusable_config, or std::system_error when an address cannot be bound.
  void start();

  /// Serves until SIGTERM or SIGINT, then drains. SIGHUP reloads.
  void run();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace rollcall
