#include "storage/database_url.hpp"

#include <stdexcept>
#include <string>

namespace rollcall {

std::filesystem::path parse_database_url(std::string_view url) {
  static constexpr std::string_view separator = "://";
  const auto end = url.find(separator);
  if (end == std::string_view::npos || end == 0)
    throw std::invalid_argument{"must be sqlite:///absolute/path or sqlite://relative/path"};
  const auto scheme = url.substr(0, end);
  if (scheme == "postgresql" || scheme == "postgres")
    throw std::invalid_argument{"postgresql is not supported by this version; use sqlite:///path"};
  if (scheme != "sqlite")
    throw std::invalid_argument{"'" + std::string{scheme}
                                + "' is not a database this version knows; use sqlite:///path"};
  const auto path = url.substr(end + separator.size());
  if (path.empty() || path.back() == '/')
    throw std::invalid_argument{"names no file after sqlite://"};
  if (path.find('\0') != std::string_view::npos)
    throw std::invalid_argument{"must not contain a NUL"};
  return std::filesystem::path{path};
}

} // namespace rollcall
