#include "storage/directory_store.hpp"

#include "storage/database_url.hpp"
#include "storage/postgres_directory.hpp"
#include "storage/sqlite_directory.hpp"
#include "storage/watched_sqlite_directory.hpp"

namespace rollcall {

std::unique_ptr<directory_store> open_directory_store(std::string_view url, open_mode mode) {
  const auto where = parse_database_url(url);
  if (where.kind == database_kind::postgresql)
    return std::make_unique<postgres_directory>(where, mode);
  return std::make_unique<sqlite_directory>(where.file, mode);
}

std::unique_ptr<watched_directory_store> watch_directory_store(std::string_view url) {
  const auto where = parse_database_url(url);
  if (where.kind == database_kind::sqlite)
    return std::make_unique<watched_sqlite_directory>(where.file);
  auto store = std::make_unique<postgres_directory>(where, open_mode::read_only);
  store->listen();
  return store;
}

migration_report migrate_directory(std::string_view url) {
  const auto where = parse_database_url(url);
  return where.kind == database_kind::postgresql ? postgres_directory::migrate(where)
                                                 : sqlite_directory::migrate(where.file);
}

} // namespace rollcall
