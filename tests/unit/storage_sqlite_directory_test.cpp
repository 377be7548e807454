#include "storage/schema.hpp"
#include "storage/sqlite_directory.hpp"
#include "tests/unit/directory_backends.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>

namespace rollcall::storage_sqlite_directory_test {

namespace {

template <class Act>
std::string refused_file(Act act) {
  return testing::refusal<sqlite::error>(act);
}

} // namespace

TEST_CASE("a missing file is an error unless the store is opened to create it") {
  testing::temporary_folder folder;
  const auto file = folder / "none.db";
  CHECK(refused_file([&] {
          sqlite_directory{file, open_mode::existing};
        })
        == file.string() + ": opening: unable to open database file");
  CHECK(refused_file([&] {
          sqlite_directory{file, open_mode::read_only};
        })
        == file.string() + ": opening: unable to open database file");
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("strangers cannot read a store, nor the files that are put beside it") {
  testing::temporary_folder folder;
  sqlite_directory store{folder / "directory.db"};
  store.import(testing::sample(), "rollcall");
  for (const auto* name : {"directory.db", "directory.db-wal", "directory.db-shm"})
    CHECK((std::filesystem::status(folder / name).permissions() & std::filesystem::perms::others_all)
          == std::filesystem::perms::none);
}

TEST_CASE("a folder that cannot be made is refused by name") {
  testing::temporary_folder folder;
  std::ofstream{folder / "file"} << "x";
  const auto file = folder / "file/sub/directory.db";
  CHECK(refused_file([&] { sqlite_directory{file}; }).starts_with(file.string() + ": making its folder: "));
}

TEST_CASE("a file that is not a database, or is another program's, is left unchanged") {
  testing::temporary_folder folder;
  const auto text = folder / "text.db";
  std::ofstream{text} << std::string(5000, 'x');
  CHECK(refused_file([&] { sqlite_directory{text}; }).find("file is not a database") != std::string::npos);

  const auto foreign = folder / "foreign.db";
  sqlite::database{foreign, open_mode::create}.execute("CREATE TABLE notes (text TEXT)");
  CHECK(refused_file([&] { sqlite_directory{foreign}; })
        == foreign.string() + ": this is a database of something else, not a rollcall directory");
}

TEST_CASE("an empty file is a directory only for who creates one") {
  testing::temporary_folder folder;
  const auto file = folder / "blank.db";
  std::ofstream{file}.flush();
  for (const auto mode : {open_mode::existing, open_mode::read_only})
    CHECK(refused_file([&] {
            sqlite_directory{file, mode};
          })
          == file.string() + ": this file is empty, not a rollcall directory");
  CHECK(std::filesystem::file_size(file) == 0);
  CHECK(sqlite_directory{file, open_mode::create}.load()->entries() == directory_entries{});
}

TEST_CASE("a database of an older schema is brought up to date by a writer, and refused to a reader") {
  testing::temporary_folder folder;
  const auto file = folder / "x.db";
  static constexpr const char* first[] = {"CREATE TABLE a (x INTEGER)"};
  static constexpr const char* both[] = {first[0], "ALTER TABLE a ADD COLUMN y INTEGER"};
  sqlite::database old{file, open_mode::create};
  migrate(old, {"thing", 7, first}, open_mode::create);
  const schema newer{"thing", 7, both};

  sqlite::database reader{file, open_mode::read_only};
  CHECK(refused_file([&] { migrate(reader, newer, open_mode::read_only); })
        == file.string()
               + ": schema version 1 is older than the 2 of this program; open it once for writing to bring "
                 "it up to "
                 "date");
  sqlite::database writer{file, open_mode::existing};
  migrate(writer, newer, open_mode::existing);
  CHECK(writer.integer("SELECT count(y) FROM a") == 0);
  CHECK(writer.integer("PRAGMA user_version") == 2);
}

TEST_CASE("a migration that fails leaves the database as it was") {
  testing::temporary_folder folder;
  static constexpr const char* broken[] = {"CREATE TABLE a (x INTEGER)", "CREATE TABLE a (x INTEGER)"};
  sqlite::database db{folder / "x.db", open_mode::create};
  CHECK_THROWS_AS(migrate(db, {"thing", 7, broken}, open_mode::create), sqlite::error);
  CHECK(db.integer("SELECT count(*) FROM sqlite_master") == 0);
  CHECK(db.integer("PRAGMA user_version") == 0);
}

TEST_CASE("a new store makes its folders") {
  testing::temporary_folder folder;
  open_directory_store("sqlite://" + (folder / "a/b/directory.db").string());
  CHECK(std::filesystem::exists(folder / "a/b/directory.db"));
}

} // namespace rollcall::storage_sqlite_directory_test
