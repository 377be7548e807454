#include "apps/config/text_file.hpp"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace rollcall {

std::string text_in(const std::filesystem::path& file, std::size_t most) {
  errno = 0;
  std::ifstream in{file, std::ios::binary};
  std::string text(most + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad())
    throw std::invalid_argument("cannot be read: " + std::generic_category().message(errno));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > most)
    throw std::invalid_argument("is longer than " + std::to_string(most) + " bytes");
  return text;
}

} // namespace rollcall
