#include "apps/config/secret_file.hpp"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace rollcall {

namespace {

constexpr std::size_t secret_most = 4096; // bytes

} // namespace

std::string secret_in(const std::filesystem::path& file) {
  errno = 0;
  std::ifstream in{file, std::ios::binary};
  std::string text(secret_most + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad())
    throw std::invalid_argument("cannot be read: " + std::generic_category().message(errno));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > secret_most)
    throw std::invalid_argument("is longer than 4096 bytes");
  if (text.ends_with('\n'))
    text.pop_back();
  if (text.ends_with('\r'))
    text.pop_back();
  return text;
}

bool is_readable_by_all(const std::filesystem::path& file) {
  std::error_code none;
  const auto rights = std::filesystem::status(file, none).permissions();
  return !none && (rights & std::filesystem::perms::others_read) != std::filesystem::perms::none;
}

} // namespace rollcall
