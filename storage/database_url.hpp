#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace rollcall {

enum class database_kind : std::uint8_t { sqlite, postgresql };

/// Where `[directory] url` points.
struct database_url {
  database_kind kind = database_kind::sqlite;
  std::filesystem::path file; ///< SQLite's
  std::string connection;     ///< PostgreSQL's: the whole url, secrets and all, for its library alone
  bool has_password = false;  ///< in PostgreSQL's url itself
  std::string shown;          ///< what messages call it: the file, or the url without its secrets
};

/// `sqlite:///absolute/path` or `sqlite://relative/path`, taken as it is written, without percent-decoding;
/// or `postgresql://user@host:port/database?…`, as libpq understands it. Throws std::invalid_argument saying
/// what is wrong with the url, without its secrets.
database_url parse_database_url(std::string_view url);

} // namespace rollcall
