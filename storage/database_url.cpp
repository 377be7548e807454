#include "storage/database_url.hpp"

#include "storage/postgres_url.hpp"

#include <stdexcept>

namespace rollcall {

namespace {

constexpr auto what_to_write = "must be sqlite:///absolute/path, sqlite://relative/path or "
                               "postgresql://user@host/database";

std::filesystem::path file_of(std::string_view path) {
  if (path.empty() || path.back() == '/')
    throw std::invalid_argument{"names no file after sqlite://"};
  return std::filesystem::path{path};
}

} // namespace

database_url parse_database_url(std::string_view url) {
  static constexpr std::string_view separator = "://";
  const auto end = url.find(separator);
  if (end == std::string_view::npos || end == 0)
    throw std::invalid_argument{what_to_write};
  if (url.find('\0') != std::string_view::npos)
    throw std::invalid_argument{"must not contain a NUL"};
  const auto scheme = url.substr(0, end);
  database_url out;
  if (scheme == "postgresql" || scheme == "postgres") {
    out.kind = database_kind::postgresql;
    out.connection = url;
    out.shown = show_postgres_url(out.connection);
    out.has_password = has_password(out.connection);
  } else if (scheme == "sqlite") {
    out.file = file_of(url.substr(end + separator.size()));
    out.shown = out.file.string();
  } else {
    throw std::invalid_argument{'\'' + std::string{scheme} + "' is not a database this version knows; use "
                                + "sqlite:///path or postgresql://user@host/database"};
  }
  return out;
}

} // namespace rollcall
