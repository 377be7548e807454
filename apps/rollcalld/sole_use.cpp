#include "apps/rollcalld/sole_use.hpp"

#include "actors/runtime/log.hpp"
#include "apps/rollcalld/state_file.hpp"
#include "apps/rollcalld/unusable_config.hpp"
#include "domain/base/visible_text.hpp"

#include <cerrno>
#include <chrono>
#include <exception>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace rollcall {

namespace {

/// A process that was killed holds its locks until its memory is given back, which may be gigabytes.
constexpr std::chrono::seconds lock_patience{2};

constexpr std::size_t longest_owner = 200; // bytes: a node's id, a process's number

[[noreturn]] void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }

bool is_locked(int fd) {
  const auto until = std::chrono::steady_clock::now() + lock_patience;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      fail("lock");
    if (std::chrono::steady_clock::now() >= until)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return true;
}

} // namespace

std::optional<file_lock> file_lock::take(const std::filesystem::path& file, const std::string& owner) {
  if (const auto folder = file.parent_path(); !folder.empty())
    std::filesystem::create_directories(folder);
  constexpr int how = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  file_lock lock{::open(file.c_str(), how, S_IRUSR | S_IWUSR)};
  if (lock.fd_ < 0)
    fail("open");
  if (!is_locked(lock.fd_))
    return std::nullopt;
  // For who is refused. The lock holds without it, on a full disk too.
  const auto text = owner + '\n';
  [[maybe_unused]] const bool written =
      ::ftruncate(lock.fd_, 0) == 0 && ::write(lock.fd_, text.data(), text.size()) > 0;
  return lock;
}

std::string file_lock::owner_of(const std::filesystem::path& file) {
  try {
    const auto text = read_state_file(file, longest_owner).value_or("");
    return visible_text(text.substr(0, text.find('\n')));
  } catch (const std::system_error&) {
    return {};
  }
}

file_lock::file_lock(file_lock&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {}

file_lock::~file_lock() {
  if (fd_ >= 0)
    ::close(fd_);
}

std::vector<file_lock> take_sole_use(const config& config) {
  std::vector<file_lock> locks;
  const auto take = [&](const std::filesystem::path& file, const char* key, const std::string& what) {
    try {
      if (auto lock = file_lock::take(file, config.node.id + ", process " + std::to_string(::getpid()))) {
        locks.push_back(std::move(*lock));
        return;
      }
    } catch (const std::system_error& e) {
      log::warn("rollcalld", "{} cannot be locked, another rollcalld with {} would not be noticed: {}",
                file.string(), what, e.what());
      return;
    }
    const auto owner = file_lock::owner_of(file);
    throw unusable_config{key, "cannot be shared: " + what + " is another rollcalld's"
                                   + (owner.empty() ? "" : " (" + owner + ')')
                                   + "; each node needs one of its own"};
  };
  // By whatever way it is named, it is the same file.
  std::error_code none;
  const auto audit = std::filesystem::weakly_canonical(audit_file_of(config), none);
  const auto folder = state_folder_of(config);
  take(folder / "rollcalld.lock", "node.state", "the state folder " + folder.string());
  if (!none)
    take(audit.string() + ".lock", "audit.file", "the audit log " + audit.string());
  return locks;
}

} // namespace rollcall
