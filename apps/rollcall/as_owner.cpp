#include "apps/rollcall/as_owner.hpp"

#include "apps/rollcall/exit_code.hpp"

#include <cerrno>
#include <cstdlib>
#include <grp.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace rollcall::cli {

namespace {

/// The nearest folder above the file that is there.
std::filesystem::path folder_of(const std::filesystem::path& file) {
  auto path = std::filesystem::absolute(file).parent_path();
  std::error_code none;
  while (path.has_relative_path() && !std::filesystem::exists(path, none))
    path = path.parent_path();
  return path;
}

/// Returns the user to act as. In a folder of somebody else the names are his, too: a link there may lead to
/// a file of root, so only the folder counts. In one of root's the file does.
std::optional<struct stat> owner_of(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(folder_of(file).c_str(), &found) == 0 && found.st_uid != 0)
    return found;
  if (::lstat(file.c_str(), &found) == 0 && found.st_uid != 0)
    return found;
  return std::nullopt;
}

} // namespace

as_owner::as_owner(const std::filesystem::path& file) {
  if (geteuid() != 0)
    return;
  const auto owner = owner_of(file);
  if (!owner)
    return;
  // The groups first: only root may change them.
  if (setgroups(1, &owner->st_gid) != 0 || setegid(owner->st_gid) != 0 || seteuid(owner->st_uid) != 0)
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
