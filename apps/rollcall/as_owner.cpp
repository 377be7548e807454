#include "apps/rollcall/as_owner.hpp"

#include "apps/rollcall/exit_code.hpp"

#include <cerrno>
#include <cstdlib>
#include <grp.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace rollcall::cli {

namespace {

/// The file, or the nearest folder above it that is there.
std::filesystem::path nearest(const std::filesystem::path& file) {
  auto path = std::filesystem::absolute(file);
  std::error_code none;
  while (path.has_relative_path() && !std::filesystem::exists(path, none))
    path = path.parent_path();
  return path;
}

} // namespace

as_owner::as_owner(const std::filesystem::path& file) {
  if (geteuid() != 0)
    return;
  struct stat found {};
  if (::stat(nearest(file).c_str(), &found) != 0 || found.st_uid == 0)
    return;
  // The groups first: only root may change them.
  if (setgroups(1, &found.st_gid) != 0 || setegid(found.st_gid) != 0 || seteuid(found.st_uid) != 0)
    throw command_error(exit_code::failure, "cannot act as the owner of " + file.string() + ": "
                                                + std::generic_category().message(errno));
  changed_ = true;
}

as_owner::~as_owner() {
  if (!changed_)
    return;
  const gid_t root = 0;
  // What comes next is meant for root alone: without its rights nothing more is done.
  if (seteuid(0) != 0 || setegid(0) != 0 || setgroups(1, &root) != 0)
    std::abort();
}

} // namespace rollcall::cli
