#include "tests/unit/directory_backends.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>

namespace rollcall::storage_directory_watch_test {

using namespace std::chrono_literals;

namespace {

constexpr auto soon = 10s;          // for what must come: far more than it takes
constexpr auto long_enough = 100ms; // for what must not

} // namespace

TEST_CASE("a file that is taken away or replaced is an absence, whatever is still open") {
  testing::in_sqlite backend;
  backend.open()->import(testing::sample(), "rollcall");
  const auto watch = watch_directory_store(backend.url());
  std::filesystem::rename(backend.shown(), backend.shown() + ".old");
  CHECK_THROWS_AS(watch->wait_for_change(0ms), database_away);
  CHECK_THROWS_AS(watch_directory_store(backend.url()), sqlite::error);
  backend.open();
  CHECK_THROWS_AS(watch->wait_for_change(0ms), database_away);
  CHECK_FALSE(watch_directory_store(backend.url())->load()->has_customers());
}

TEST_CASE("nothing is watched before something was imported") {
  testing::in_postgres backend;
  CHECK_THROWS_AS(watch_directory_store(backend.url()), no_directory_yet);
}

TEST_CASE_TEMPLATE("an import is heard of once it is committed, and one that changes nothing is not", Backend,
                   testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  const auto writer = backend.open();
  const auto watch = watch_directory_store(backend.url());
  CHECK_FALSE(watch->wait_for_change(long_enough));
  writer->import(testing::sample(), "rollcall");
  CHECK(watch->wait_for_change(soon));
  CHECK(watch->load()->find(account_id{3})->username == "801");
  CHECK_FALSE(watch->wait_for_change(long_enough));
  writer->import(testing::sample(), "rollcall");
  CHECK_FALSE(watch->wait_for_change(long_enough));
  const auto open = backend.begin("UPDATE vendor SET name = 'y'");
  CHECK_FALSE(watch->wait_for_change(long_enough));
  open->commit();
  CHECK(watch->wait_for_change(soon));
}

TEST_CASE("a refused import is not heard of") {
  testing::in_postgres backend;
  const auto writer = backend.open();
  const auto watch = watch_directory_store(backend.url());
  auto dangling = testing::sample();
  dangling.accounts.push_back({{account_id{9}, customer_id{77}, "809"}});
  CHECK_THROWS_AS(writer->import(dangling, "rollcall"), directory_error);
  CHECK_FALSE(watch->wait_for_change(long_enough));
}

TEST_CASE("a change by hand is heard of, in whichever table it is") {
  testing::in_postgres backend;
  backend.open()->import(testing::sample(), "rollcall");
  const auto watch = watch_directory_store(backend.url());
  for (const auto* change : {"UPDATE meta SET value = 'x'", "UPDATE environment SET name = 'x'",
                             "UPDATE customer SET name = 'x'", "INSERT INTO account VALUES (9, 1, '809')",
                             "UPDATE vendor SET name = 'x'", "DELETE FROM connection", "TRUNCATE account"}) {
    CAPTURE(change);
    backend.execute(change);
    CHECK(watch->wait_for_change(soon));
  }
}

TEST_CASE("a change while the directory is read is not missed") {
  testing::in_postgres backend;
  backend.open()->import(testing::sample(), "rollcall");
  const auto watch = watch_directory_store(backend.url());
  backend.execute("UPDATE vendor SET name = 'x'");
  watch->load();
  CHECK(watch->wait_for_change(0ms));
}

TEST_CASE("a watch whose connection is cut says that the database is away") {
  testing::in_postgres backend;
  backend.open();
  const auto watch = watch_directory_store(backend.url());
  backend.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE query LIKE '%' AND pid <> pg_backend_pid() AND datname = current_database()");
  CHECK_THROWS_AS(watch->wait_for_change(soon), database_away);
}

TEST_CASE("a file that is put in the place of another is read as it is, whatever was committed to that one") {
  testing::in_sqlite backend;
  testing::in_sqlite other;
  backend.open();
  const auto watch = watch_directory_store(backend.url());
  backend.open()->import(testing::sample(),
                         "rollcall"); // stays in the write-ahead file, as `watch` has it open
  bool settled = false;
  SUBCASE("at once") {}
  SUBCASE("when the watch has looked twice") {
    settled = true;
    CHECK(watch->wait_for_change(soon));
    CHECK_FALSE(watch->wait_for_change(long_enough));
    CHECK(std::filesystem::file_size(backend.shown() + "-wal") == 0);
  }
  CAPTURE(settled);
  other.open()->import(parse_directory(R"({"environments": [{"i_environment": 7, "name": "other"}],
                                           "customers": [{"i_customer": 7, "i_environment": 7, "name": "other"}]})"),
                       "rollcall");
  std::filesystem::rename(other.shown(), backend.shown());
  CHECK_THROWS_AS(watch->wait_for_change(0ms), database_away);
  CHECK_THROWS_AS(watch->wait_for_change(0ms), database_away);
  const auto now = watch_directory_store(backend.url())->load();
  CHECK(now->find(customer_id{7}));
  CHECK_FALSE(now->find(customer_id{1}));
}

TEST_CASE("PostgreSQL cannot keep a NUL, and the entry that has one is named") {
  testing::in_postgres backend;
  directory_changes changes;
  changes.vendors = {{vendor_id{2}, std::string{"a\0b", 3}}};
  CHECK(testing::refusal<directory_error>([&] { backend.open()->import(changes, "rollcall"); })
        == "vendor 2: PostgreSQL cannot keep a text with a NUL in it");
}

} // namespace rollcall::storage_directory_watch_test
