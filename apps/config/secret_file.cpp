#include "apps/config/secret_file.hpp"

#include "apps/config/text_file.hpp"

#include <system_error>

namespace rollcall {

namespace {

constexpr std::size_t secret_most = 4096; // bytes

} // namespace

std::string secret_in(const std::filesystem::path& file) {
  auto text = text_in(file, secret_most);
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
