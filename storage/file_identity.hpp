#pragma once

#include <filesystem>
#include <optional>
#include <sys/stat.h>

namespace rollcall {

/// Which file it is, whatever it is called.
struct file_identity {
  dev_t device = 0;
  ino_t inode = 0;
  friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// The file that has this name now; none where there is none.
inline std::optional<file_identity> identity_of(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    return std::nullopt;
  return file_identity{found.st_dev, found.st_ino};
}

} // namespace rollcall
