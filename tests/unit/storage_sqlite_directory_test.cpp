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
        == file.string() + ": opening: unable to open database file (No such file or directory)");
  CHECK(refused_file([&] {
          sqlite_directory{file, open_mode::read_only};
        })
        == file.string() + ": opening: unable to open database file (No such file or directory)");
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
  CHECK(testing::refusal<wrong_database>([&] { sqlite_directory{text}; }).find("file is not a database")
        != std::string::npos);
  CHECK(testing::refusal<wrong_database>([&] { sqlite_directory{folder / "."}; }).find("this is a folder")
        != std::string::npos);

  const auto foreign = folder / "foreign.db";
  sqlite::database{foreign, open_mode::create}.execute("CREATE TABLE notes (text TEXT)");
  CHECK(testing::refusal<wrong_database>([&] { sqlite_directory{foreign}; })
        == foreign.string() + ": this is a database of something else, not a rollcall directory");
}

TEST_CASE("an empty file is a directory only for who creates one") {
  testing::temporary_folder folder;
  const auto file = folder / "blank.db";
  std::ofstream{file}.flush();
  for (const auto mode : {open_mode::existing, open_mode::read_only})
    CHECK(testing::refusal<no_directory_yet>([&] {
            sqlite_directory{file, mode};
          })
          == file.string() + ": this file is empty, not a rollcall directory");
  CHECK(std::filesystem::file_size(file) == 0);
  CHECK(sqlite_directory{file, open_mode::create}.load()->entries() == directory_entries{});
}

namespace {

constexpr const char* first[] = {"CREATE TABLE a (x INTEGER)"};
constexpr const char* both[] = {first[0], "ALTER TABLE a ADD COLUMN y INTEGER"};
constexpr const char* with_a_reader[] = {
    first[0], both[1],
    "CREATE TABLE compatibility (oldest_reader INTEGER); INSERT INTO compatibility VALUES (2)"};

schema things(std::span<const char* const> migrations, std::int64_t reads_from = 1) {
  return {"thing", 7, migrations, reads_from};
}

} // namespace

TEST_CASE("a database of an older schema is read as it is as long as the program knows how, and migrated on "
          "demand") {
  testing::temporary_folder folder;
  const auto file = folder / "x.db";
  sqlite::database db{file, open_mode::create};
  prepare(db, things(first), open_mode::create);
  for (const auto mode : {open_mode::create, open_mode::existing, open_mode::read_only}) {
    prepare(db, things(both), mode);
    CHECK(refused_file([&] { prepare(db, things(both, 2), mode); })
          == file.string()
                 + ": schema version 1 is older than the 2 of this program; it has to be migrated first");
  }
  CHECK(db.integer("PRAGMA user_version") == 1);
  CHECK_THROWS_AS(refuse_older(db, things(both)), sqlite::error);
  CHECK(migrate(db, things(both), open_mode::existing) == 1);
  CHECK(migrate(db, things(both), open_mode::existing) == 2);
  refuse_older(db, things(both));
  CHECK(db.integer("SELECT count(y) FROM a") == 0);
  CHECK(db.integer("PRAGMA user_version") == 2);
}

TEST_CASE("a database of a newer schema is used only by programs that it names") {
  testing::temporary_folder folder;
  const auto file = folder / "x.db";
  sqlite::database db{file, open_mode::create};
  const auto refusal = [&](std::span<const char* const> known) {
    return refused_file([&] { prepare(db, things(known), open_mode::existing); });
  };
  prepare(db, things(both), open_mode::create);
  CHECK(refusal(first).find("newer than the 1 this program knows") != std::string::npos);
  CHECK(migrate(db, things(with_a_reader), open_mode::existing) == 2);
  CHECK(refusal(first).find("newer than the 1 this program knows") != std::string::npos);
  prepare(db, things(both), open_mode::existing);
  CHECK(migrate(db, things(both), open_mode::existing) == 3);
  CHECK(db.integer("PRAGMA user_version") == 3);
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
