#pragma once

#include "storage/directory_store.hpp"
#include "storage/postgres.hpp"

namespace rollcall {

/// A directory in the schema `rollcall` of a PostgreSQL database. Other programs may read while one imports,
/// and imports wait for each other. Whoever changes a table, by whatever means, has its trigger tell all that
/// watch. Throws postgres::error and wrong_database.
class postgres_directory : public watched_directory_store {
public:
  explicit postgres_directory(const database_url& url, open_mode mode = open_mode::create);

  /// Brings a schema that is there up to date.
  static migration_report migrate(const database_url& url);

  /// Hears of every change from here on.
  void listen();

  directory_ptr load() override;
  std::string realm() override;
  import_report import(const directory_changes& changes, std::string_view realm) override;
  bool wait_for_change(std::chrono::milliseconds within) override;

private:
  directory_entries entries();
  void write(const directory_entries& changed);

  postgres::database db_;
};

} // namespace rollcall
