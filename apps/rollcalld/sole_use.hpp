#pragma once

#include "apps/config/config.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// A file that one process has locked, until it ends, however it ends. The lock is the kernel's (flock): a
/// file that a killed process has left behind means nothing.
class file_lock {
public:
  /// Locks the file, which is made if need be, with its folder, and holds `owner` then. None when another
  /// process has it. Throws std::system_error when it cannot be locked at all.
  static std::optional<file_lock> take(const std::filesystem::path& file, const std::string& owner);

  /// What the process that has the lock wrote into the file, made visible and cut; empty when it cannot be
  /// read.
  static std::string owner_of(const std::filesystem::path& file);

  file_lock(file_lock&& from) noexcept;
  file_lock& operator=(file_lock&&) = delete;
  ~file_lock();

private:
  explicit file_lock(int fd) : fd_(fd) {}
  int fd_;
};

/// Locks what is one node's alone: the folder of its state (`rollcalld.lock` in it) and its audit log
/// (`audit.db.lock` beside it). Two nodes with one of them would carry on each other's hang-ups, and have one
/// memory of members. Throws unusable_config when another rollcalld has one. What cannot be locked for
/// another reason (no such disk, no rights) is in the log only: the node goes on without such files as well.
std::vector<file_lock> take_sole_use(const config& config);

} // namespace rollcall
