#include "apps/rollcalld/state_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace rollcall {

namespace {

[[noreturn]] void fail(const char* what, int why) {
  throw std::system_error{why, std::generic_category(), what};
}

/// A descriptor that closes itself.
class open_file {
public:
  open_file(const std::filesystem::path& path, int how, mode_t mode = 0)
      : fd_(::open(path.c_str(), how | O_CLOEXEC | O_NONBLOCK, mode)) {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  bool is_open() const { return fd_ >= 0; }

  std::string read(std::size_t most) const {
    struct stat about {};
    if (::fstat(fd_, &about) != 0)
      fail("read", errno);
    if (!S_ISREG(about.st_mode))
      fail("read", S_ISDIR(about.st_mode) ? EISDIR : EINVAL);
    std::string text(most + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
      const auto got = ::read(fd_, text.data() + size, text.size() - size);
      if (got < 0 && errno != EINTR)
        fail("read", errno);
      if (got == 0)
        break;
      if (got > 0)
        size += static_cast<std::size_t>(got);
    }
    if (size > most)
      fail("read", EFBIG);
    text.resize(size);
    return text;
  }

  void write(const std::string& text) const {
    for (std::size_t size = 0; size < text.size();) {
      const auto put = ::write(fd_, text.data() + size, text.size() - size);
      if (put < 0 && errno != EINTR)
        fail("write", errno);
      if (put > 0)
        size += static_cast<std::size_t>(put);
    }
  }

  void sync() const {
    if (::fsync(fd_) != 0)
      fail("write", errno);
  }

private:
  int fd_;
};

} // namespace

std::optional<std::string> read_state_file(const std::filesystem::path& file, std::size_t most) {
  const open_file in{file, O_RDONLY};
  if (in.is_open())
    return in.read(most);
  if (errno == ENOENT)
    return std::nullopt;
  fail("open", errno);
}

void replace_state_file(const std::filesystem::path& file, const std::string& text) {
  const auto folder = file.parent_path();
  if (!folder.empty() && ::access(folder.c_str(), F_OK) != 0)
    std::filesystem::create_directories(folder);
  const auto fresh = file.string() + ".new";
  ::unlink(fresh.c_str()); // of a write that came to no end; also what others may have put there
  {
    const open_file out{fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600};
    if (!out.is_open())
      fail("open", errno);
    out.write(text);
    out.sync();
  }
  std::filesystem::rename(fresh, file);
  const open_file names{folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY};
  if (names.is_open())
    names.sync();
}

} // namespace rollcall
