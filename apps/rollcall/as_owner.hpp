#pragma once

#include <filesystem>
#include <sys/types.h>

namespace rollcall::cli {

/// While it lives root acts as the owner of the folder that a file is in, or will be in, and in a folder of
/// root's own as that of the file: what root made there the daemon's user could not write to. Nobody else
/// notices it. One thread.
class as_owner {
public:
  /// Throws command_error.
  explicit as_owner(const std::filesystem::path& file);
  as_owner(const as_owner&) = delete;
  as_owner& operator=(const as_owner&) = delete;
  ~as_owner();

private:
  bool changed_ = false;
};

} // namespace rollcall::cli
