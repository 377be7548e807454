#include "storage/database_url.hpp"
#include "storage/directory_json.hpp"
#include "storage/password_hash.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite_directory.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

namespace rollcall {

namespace {

const auto sample = parse_directory(R"(
{"environments": [{"i_environment": 1, "name": "default"}],
 "customers":    [{"i_customer": 2, "i_wholesaler": 1, "name": "reseller", "web_login": "reseller", "api_password": "pw2"},
                  {"i_customer": 1, "i_environment": 1, "name": "root", "web_login": "ssp-root",
                   "api_password": "secret", "api_access": true}],
 "accounts":     [{"i_account": 3, "i_customer": 1, "username": "801"}, {"i_account": 4, "i_customer": 2, "username": "802"}],
 "vendors":      [{"i_vendor": 1, "name": "carrier"}],
 "connections":  [{"i_connection": 1, "i_vendor": 1, "name": "carrier-gw1"}]})");

template <class Act>
std::string refused_entry(Act act) {
  return test::refusal<directory_error>(act);
}

template <class Act>
std::string refused_file(Act act) {
  return test::refusal<sqlite::error>(act);
}

} // namespace

TEST_CASE("a url that names no SQLite file is refused with what to write instead") {
  const auto refusal = [](std::string_view url) {
    return test::refusal<std::invalid_argument>([&] { parse_database_url(url); });
  };
  CHECK(refusal("postgresql://db/rollcall")
        == "postgresql is not supported by this version; use sqlite:///path");
  CHECK(refusal("mysql://db/x") == "'mysql' is not a database this version knows; use sqlite:///path");
  CHECK(refusal("/var/lib/x.db") == "must be sqlite:///absolute/path or sqlite://relative/path");
  CHECK(refusal("sqlite:/x.db") == "must be sqlite:///absolute/path or sqlite://relative/path");
  CHECK(refusal("") == "must be sqlite:///absolute/path or sqlite://relative/path");
  CHECK(refusal("sqlite://") == "names no file after sqlite://");
  CHECK(refusal("sqlite:///var/lib/") == "names no file after sqlite://");
  CHECK(parse_database_url("sqlite:///var/lib/x.db") == "/var/lib/x.db");
  CHECK(parse_database_url("sqlite://x/y.db") == "x/y.db");
}

TEST_CASE("a missing file is an error unless the store is opened to create it") {
  test::temporary_folder folder;
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

TEST_CASE("a new store makes its folders and holds an empty directory without a realm") {
  test::temporary_folder folder;
  const auto store = open_directory_store("sqlite://" + (folder / "a/b/directory.db").string());
  CHECK(store->load()->entries() == directory_entries{});
  CHECK(store->realm().empty());
}

TEST_CASE("strangers cannot read a store, nor the files that are put beside it") {
  test::temporary_folder folder;
  sqlite_directory store{folder / "directory.db"};
  store.import(sample, "rollcall");
  for (const auto* name : {"directory.db", "directory.db-wal", "directory.db-shm"})
    CHECK((std::filesystem::status(folder / name).permissions() & std::filesystem::perms::others_all)
          == std::filesystem::perms::none);
}

TEST_CASE("a folder that cannot be made is refused by name") {
  test::temporary_folder folder;
  std::ofstream{folder / "file"} << "x";
  const auto file = folder / "file/sub/directory.db";
  CHECK(refused_file([&] { sqlite_directory{file}; }).starts_with(file.string() + ": making its folder: "));
}

TEST_CASE("a file that is no database, or another program's, is left alone") {
  test::temporary_folder folder;
  const auto text = folder / "text.db";
  std::ofstream{text} << std::string(5000, 'x');
  CHECK(refused_file([&] { sqlite_directory{text}; }).find("file is not a database") != std::string::npos);

  const auto foreign = folder / "foreign.db";
  sqlite::database{foreign, open_mode::create}.execute("CREATE TABLE notes (text TEXT)");
  CHECK(refused_file([&] { sqlite_directory{foreign}; })
        == foreign.string() + ": this is a database of something else, not a rollcall directory");
}

TEST_CASE("a database of a newer schema is refused, and says which") {
  test::temporary_folder folder;
  const auto file = folder / "directory.db";
  sqlite_directory{file};
  sqlite::database{file, open_mode::existing}.execute("PRAGMA user_version = 99");
  CHECK(refused_file([&] { sqlite_directory{file}; })
        == file.string()
               + ": schema version 99 is newer than the 1 this program knows; use the rollcall that wrote "
                 "it, or a "
                 "later one");
}

TEST_CASE("an empty file is a directory only for who creates one") {
  test::temporary_folder folder;
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
  test::temporary_folder folder;
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
  test::temporary_folder folder;
  static constexpr const char* broken[] = {"CREATE TABLE a (x INTEGER)", "CREATE TABLE a (x INTEGER)"};
  sqlite::database db{folder / "x.db", open_mode::create};
  CHECK_THROWS_AS(migrate(db, {"thing", 7, broken}, open_mode::create), sqlite::error);
  CHECK(db.integer("SELECT count(*) FROM sqlite_master") == 0);
  CHECK(db.integer("PRAGMA user_version") == 0);
}

TEST_CASE("a refused import changes nothing, not even the realm of an empty store") {
  test::temporary_folder folder;
  sqlite_directory store{folder / "directory.db"};
  auto cyclic = sample;
  cyclic.customers[1].entry.wholesaler = customer_id{2};
  const auto refusal = refused_entry([&] { store.import(cyclic, "rollcall"); });
  CHECK_MESSAGE(refusal.find("it is its own wholesaler") != std::string::npos, refusal);
  CHECK(store.realm().empty());
  CHECK(store.load()->entries() == directory_entries{});

  store.import(sample, "rollcall");
  const auto before = store.load()->entries();
  directory_changes dangling;
  dangling.vendors = {{vendor_id{2}, "new"}};
  dangling.accounts = {{account_id{9}, customer_id{77}, "809"}};
  CHECK(refused_entry([&] { store.import(dangling, "rollcall"); })
        == "account 9: i_customer 77 is not a customer");
  CHECK(store.load()->entries() == before);
}

TEST_CASE("passwords of one realm are not mixed with those of another") {
  test::temporary_folder folder;
  const auto file = folder / "directory.db";
  sqlite_directory store{file};
  CHECK(refused_entry([&] { store.import(sample, ""); }) == "a directory needs a realm");
  store.import(sample, "rollcall");
  CHECK(store.realm() == "rollcall");
  CHECK(refused_entry([&] { store.import(sample, "other"); })
        == "the passwords in " + file.string() + " are of realm 'rollcall', not of 'other'");
  auto foreign = sample;
  foreign.realm = "other";
  CHECK(refused_entry([&] { store.import(foreign, "rollcall"); })
        == "the digests in the file are of realm 'other', not of 'rollcall'");
}

TEST_CASE("what was imported is there when the store is opened again") {
  test::temporary_folder folder;
  const auto file = folder / "directory.db";
  const auto report = sqlite_directory{file}.import(sample, "rollcall");
  CHECK(report.created == 7);
  sqlite_directory store{file, open_mode::read_only};
  const auto dir = store.load();
  CHECK(dir->find_login("ssp-root")->password == hash_password("ssp-root", "rollcall", "secret"));
  CHECK(dir->find_login("ssp-root")->api_access);
  CHECK(dir->find_login("reseller")->environment == environment_id{1});
  CHECK(dir->find_username(environment_id{1}, "802")->customer == customer_id{2});
  CHECK(dir->find(connection_id{1})->name == "carrier-gw1");
}

TEST_CASE("the same file imported again changes nothing and says so") {
  test::temporary_folder folder;
  sqlite_directory store{folder / "directory.db"};
  store.import(sample, "rollcall");
  const auto again = store.import(sample, "rollcall");
  CHECK(again.created == 0);
  CHECK(again.updated == 0);
  CHECK(again.unchanged == 7);
}

TEST_CASE("an import touches only what it names") {
  test::temporary_folder folder;
  sqlite_directory store{folder / "directory.db"};
  store.import(sample, "rollcall");
  const auto report = store.import(
      parse_directory(R"({"accounts": [{"i_account": 4, "i_customer": 1, "username": "822"}]})"), "rollcall");
  CHECK(report.updated == 1);
  const auto dir = store.load();
  CHECK(*dir->find(account_id{4}) == account{account_id{4}, customer_id{1}, "822"});
  CHECK(dir->find(account_id{3})->username == "801");
  CHECK(dir->find_login("reseller")->password == hash_password("reseller", "rollcall", "pw2"));
}

TEST_CASE("two logins can be exchanged in one file") {
  test::temporary_folder folder;
  sqlite_directory store{folder / "directory.db"};
  store.import(sample, "rollcall");
  auto swapped = sample;
  std::swap(swapped.customers[0].entry.web_login, swapped.customers[1].entry.web_login);
  store.import(swapped, "rollcall");
  CHECK(store.load()->find_login("reseller")->id == customer_id{1});
}

TEST_CASE("a store restored from an export is the same directory") {
  test::temporary_folder folder;
  sqlite_directory store{folder / "directory.db"};
  store.import(sample, "rollcall");
  const auto original = store.load();
  std::ostringstream file;
  write_directory(file, original->entries(), store.realm());
  CHECK(file.str().find("secret") == std::string::npos);

  sqlite_directory restored{folder / "restored.db"};
  restored.import(parse_directory(file.str()), "rollcall");
  CHECK(restored.load()->entries() == original->entries());
}

TEST_CASE("a password is nowhere in the database file") {
  test::temporary_folder folder;
  auto changes = sample;
  changes.customers[1].api_password = "correct horse battery staple";
  sqlite_directory store{folder / "directory.db"};
  store.import(changes, "rollcall");
  std::ostringstream bytes;
  bytes << std::ifstream{folder / "directory.db"}.rdbuf()
        << std::ifstream{folder / "directory.db-wal"}.rdbuf();
  CHECK(bytes.str().find("ssp-root") != std::string::npos);
  CHECK(bytes.str().find("correct horse") == std::string::npos);
}

TEST_CASE("what another program wrote into the tables is checked when it is loaded") {
  test::temporary_folder folder;
  const auto file = folder / "directory.db";
  sqlite_directory store{file};
  store.import(sample, "rollcall");
  sqlite::database{file, open_mode::existing}.execute(
      "UPDATE customer SET i_wholesaler = 2, i_environment = NULL WHERE i_customer = 1");
  CHECK(refused_entry([&] { store.load(); }).find("it is its own wholesaler") != std::string::npos);
}

TEST_CASE("a reader sees the directory as it was while another process is importing") {
  test::temporary_folder folder;
  const auto file = folder / "directory.db";
  sqlite_directory reader{file};
  reader.import(sample, "rollcall");
  sqlite::database other{file, open_mode::existing};
  sqlite::transaction writing{other, sqlite::transaction::kind::write};
  other.execute("UPDATE account SET username = 'changed'");
  CHECK(reader.load()->find(account_id{3})->username == "801");
}

} // namespace rollcall
