#include "storage/directory_json.hpp"
#include "storage/password_hash.hpp"
#include "tests/unit/directory_backends.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <thread>

/// What every directory store owes, whatever database it is in.
namespace rollcall::storage_directory_store_test {

namespace {

const auto& sample = testing::sample();

template <class Act>
std::string refused_entry(Act act) {
  return testing::refusal<directory_error>(act);
}

} // namespace

TEST_CASE_TEMPLATE("a new store holds an empty directory without a realm", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  CHECK(store->load()->entries() == directory_entries{});
  CHECK(store->realm().empty());
}

TEST_CASE_TEMPLATE("a database of a newer schema is refused, and says which", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  backend.open();
  backend.execute(Backend::make_newer);
  CHECK(testing::refusal<std::runtime_error>([&] { backend.open(); })
        == backend.shown()
               + ": schema version 99 is newer than the 2 this program knows; use the rollcall that wrote "
                 "it, or a "
                 "later one");
}

TEST_CASE_TEMPLATE("a refused import changes nothing, not even the realm of an empty store", Backend,
                   testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  auto cyclic = sample;
  cyclic.customers[1].entry.wholesaler = customer_id{2};
  const auto refusal = refused_entry([&] { store->import(cyclic, "rollcall"); });
  CHECK_MESSAGE(refusal.find("it is its own wholesaler") != std::string::npos, refusal);
  CHECK(store->realm().empty());
  CHECK(store->load()->entries() == directory_entries{});

  store->import(sample, "rollcall");
  const auto before = store->load()->entries();
  directory_changes dangling;
  dangling.vendors = {{vendor_id{2}, "new"}};
  dangling.accounts = {{account_id{9}, customer_id{77}, "809"}};
  CHECK(refused_entry([&] { store->import(dangling, "rollcall"); })
        == "accounts[0] (i_account 9): i_customer 77 is not a customer");
  CHECK(store->load()->entries() == before);
}

TEST_CASE_TEMPLATE("what Digest cannot carry, and ids that the API cannot, are imported into no database",
                   Backend, testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  auto store = backend.open();
  for (const std::string bad :
       {R"({"i_customer": 1, "i_environment": 1, "name": "x", "web_login": "a:b"})",
        R"({"i_customer": 1, "i_environment": 1, "name": "x", "web_login": "a\u0001"})",
        R"({"i_customer": 2147483648, "i_environment": 1, "name": "x"})",
        R"({"i_customer": 1, "i_environment": 1, "name": "x", "name": "y"})"}) {
    const auto changes = read_directory_file(
        R"({"environments": [{"i_environment": 1, "name": "e"}], "customers": [)" + bad + "]}");
    CHECK_THROWS_AS(store->import(changes, "rollcall"), import_error);
    CHECK(store->load()->entries().environments.empty());
  }
}

TEST_CASE_TEMPLATE("passwords of one realm are not mixed with those of another", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  CHECK(refused_entry([&] { store->import(sample, ""); }) == "a directory needs a realm");
  store->import(sample, "rollcall");
  CHECK(store->realm() == "rollcall");
  CHECK(refused_entry([&] { store->import(sample, "other"); })
        == "the passwords in " + backend.shown() + " are of realm 'rollcall', not of 'other'");
  auto foreign = sample;
  foreign.realm = "other";
  CHECK(refused_entry([&] { store->import(foreign, "rollcall"); })
        == "the digests in the file are of realm 'other', not of 'rollcall'");
}

TEST_CASE_TEMPLATE("what was imported is there when the store is opened again", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto report = backend.open()->import(sample, "rollcall");
  CHECK(report.created == 7);
  const auto store = backend.open(open_mode::read_only);
  const auto dir = store->load();
  CHECK(*dir->find_login("ssp-root")->password == hash_password("ssp-root", "rollcall", "secret"));
  CHECK(dir->find_login("ssp-root")->customer->api_access);
  CHECK(dir->find_login("reseller")->customer->environment == environment_id{1});
  CHECK(dir->find_username(environment_id{1}, "802")->customer == customer_id{2});
  CHECK(dir->find(connection_id{1})->name == "carrier-gw1");
}

TEST_CASE_TEMPLATE("the same file imported again changes nothing and says so", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  const auto again = store->import(sample, "rollcall");
  CHECK(again.created == 0);
  CHECK(again.updated == 0);
  CHECK(again.unchanged == 7);
}

TEST_CASE_TEMPLATE("an import touches only what it names", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  const auto report = store->import(
      parse_directory(R"({"accounts": [{"i_account": 4, "i_customer": 1, "username": "822"}]})"), "rollcall");
  CHECK(report.updated == 1);
  const auto dir = store->load();
  CHECK(*dir->find(account_id{4}) == account{account_id{4}, customer_id{1}, "822"});
  CHECK(dir->find(account_id{3})->username == "801");
  CHECK(*dir->find_login("reseller")->password == hash_password("reseller", "rollcall", "pw2"));
}

TEST_CASE_TEMPLATE("two logins can be exchanged in one file", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  auto swapped = sample;
  std::swap(swapped.customers[0].entry.web_login, swapped.customers[1].entry.web_login);
  store->import(swapped, "rollcall");
  CHECK(store->load()->find_login("reseller")->customer->id == customer_id{1});
}

TEST_CASE_TEMPLATE("a store restored from an export is the same directory", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  const auto original = store->load();
  std::ostringstream file;
  write_directory(file, original->entries(), store->realm());
  CHECK(file.str().find("secret") == std::string::npos);

  Backend other;
  const auto restored = other.open();
  restored->import(parse_directory(file.str()), "rollcall");
  CHECK(restored->load()->entries() == original->entries());
}

TEST_CASE_TEMPLATE("a password is nowhere in the database", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  auto changes = sample;
  changes.customers[1].api_password = "correct horse battery staple";
  const auto store = backend.open();
  store->import(changes, "rollcall");
  CHECK(backend.everything().find("ssp-root") != std::string::npos);
  CHECK(backend.everything().find("correct horse") == std::string::npos);
}

TEST_CASE_TEMPLATE("what another program wrote into the tables is checked when it is loaded", Backend,
                   testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  backend.execute("UPDATE customer SET i_wholesaler = 2, i_environment = NULL WHERE i_customer = 1");
  CHECK(refused_entry([&] { store->load(); }).find("it is its own wholesaler") != std::string::npos);
}

TEST_CASE_TEMPLATE("a reader sees the directory as it was while another process is importing", Backend,
                   testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  const auto reader = backend.open();
  reader->import(sample, "rollcall");
  const auto other = backend.begin("UPDATE account SET username = 'changed' WHERE i_account = 3");
  CHECK(reader->load()->find(account_id{3})->username == "801");
  other->commit();
  CHECK(reader->load()->find(account_id{3})->username == "changed");
}

TEST_CASE_TEMPLATE("names keep every character that JSON and UTF-8 can carry", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  directory_changes changes;
  for (const std::string name :
       {"{\"a\",b}", "\\", "'; DROP TABLE vendor; --", "NULL", "", " ", "\n\t\x01", "ż€😀"})
    changes.vendors.push_back({vendor_id{static_cast<std::int64_t>(changes.vendors.size() + 1)}, name});
  store->import(changes, "rollcall");
  CHECK(store->load()->entries().vendors == changes.vendors);
}

TEST_CASE_TEMPLATE("an import of more entries than one statement takes is whole", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  auto many = testing::sample();
  for (std::int64_t id = 100; id < 20'100; ++id)
    many.accounts.push_back({account_id{id}, customer_id{1}, "user-" + std::to_string(id)});
  CHECK(store->import(many, "rollcall").created == 20'007);
  CHECK(store->load()->entries().accounts == many.accounts);
}

TEST_CASE_TEMPLATE("two imports at once come one after the other, and both are checked", Backend,
                   testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  backend.open()->import(sample, "rollcall");
  // Each is good by itself, and both together are not: they name the same login.
  const auto attempt = [&](std::int64_t id) {
    directory_changes changes;
    changes.customers.push_back(
        {{customer_id{id}, customer_id{1}, environment_id{}, "c", "contested", {}, false}, "pw"});
    return refused_entry([&] { backend.open()->import(changes, "rollcall"); });
  };
  for (int turn = 0; turn < 5; ++turn) {
    backend.execute("DELETE FROM customer WHERE web_login = 'contested'");
    std::string first, second;
    std::thread other{[&] { first = attempt(8); }};
    second = attempt(9);
    other.join();
    CHECK((first == "(nothing thrown)") != (second == "(nothing thrown)"));
    CHECK((first + second).find("web_login 'contested' is already that of customer") != std::string::npos);
  }
}

} // namespace rollcall::storage_directory_store_test
