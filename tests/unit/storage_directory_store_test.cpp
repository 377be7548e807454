#include "storage/directory_json.hpp"
#include "storage/password_hash.hpp"
#include "tests/unit/directory_backends.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

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
               + ": schema version 99 is newer than the 3 this program knows; use the rollcall that wrote "
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
  dangling.accounts = {{{account_id{9}, customer_id{77}, "809"}}};
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
  REQUIRE(dir->find_login("ssp-root"));
  CHECK(*dir->find_login("ssp-root")->password == hash_password("ssp-root", "rollcall", "secret"));
  CHECK(dir->find_login("ssp-root")->customer->api_access);
  REQUIRE(dir->find_login("reseller"));
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
  REQUIRE(dir->find_login("reseller"));
  CHECK(*dir->find_login("reseller")->password == hash_password("reseller", "rollcall", "pw2"));
}

TEST_CASE_TEMPLATE(
    "rights, limits and logins are stored, seen as changes, and kept by who says nothing of them", Backend,
    testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  const auto plain = store->load()->hash();
  CHECK(store->import(testing::with_rights(), "rollcall").updated == 3);
  CHECK(store->import(testing::with_rights(), "rollcall").unchanged == 3);
  CHECK(store->import(sample, "rollcall").unchanged == 7);
  const auto dir = backend.open(open_mode::read_only)->load();
  CHECK(dir->hash() != plain);
  const auto& reseller = *dir->find(customer_id{2});
  REQUIRE(reseller.api_rights);
  CHECK(*reseller.api_rights == rights{right::view, right::disconnect});
  CHECK(reseller.max_sessions == 30);
  CHECK(reseller.logins
        == std::vector<login>{{"desk", hash_password("desk", "rollcall", "pw4")},
                              {"night", hash_password("night", "rollcall", "pw3"), rights{}}});
  CHECK(dir->find(customer_id{1})->logins == std::vector<login>{{"Desk", {}, rights{right::quarantine}}});
  CHECK(dir->find(account_id{4})->max_sessions == 0);
  CHECK(dir->find(account_id{3})->max_sessions == no_limit);
}

TEST_CASE_TEMPLATE("a login goes to another customer, and one that a list leaves out goes", Backend,
                   testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  store->import(testing::with_rights(), "rollcall");
  store->import(parse_directory(R"({"customers": [
    {"i_customer": 1, "i_environment": 1, "name": "root", "logins": [{"web_login": "night", "api_password": "pw5"}]},
    {"i_customer": 2, "i_wholesaler": 1, "name": "reseller", "logins": [{"web_login": "desk"}], "api_rights": null,
     "max_sessions": null}]})"),
                "rollcall");
  auto dir = store->load();
  CHECK(dir->find(customer_id{1})->logins
        == std::vector<login>{{"night", hash_password("night", "rollcall", "pw5")}});
  CHECK(dir->find(customer_id{2})->logins
        == std::vector<login>{{"desk", hash_password("desk", "rollcall", "pw4")}});
  CHECK_FALSE(dir->find(customer_id{2})->api_rights);
  CHECK(dir->find(customer_id{2})->max_sessions == no_limit);

  const auto taken = parse_directory(
      R"({"customers": [{"i_customer": 2, "i_wholesaler": 1, "name": "reseller", "logins": [{"web_login": "night"}]}]})");
  CHECK(refused_entry([&] { store->import(taken, "rollcall"); })
        == "1: customers[0] (i_customer 2): web_login 'night' is already that of customer 1");
  for (const auto* none : {"null", "[]"}) {
    store->import(
        parse_directory(R"({"customers": [{"i_customer": 1, "i_environment": 1, "name": "root", "logins": )"
                        + std::string{none} + "}]}"),
        "rollcall");
    CHECK(store->load()->find(customer_id{1})->logins.empty());
  }
  CHECK(store->load()->find(customer_id{2})->logins.size() == 1);
}

TEST_CASE("a text that is no rights is refused, and whose it is is told") {
  testing::in_sqlite backend; // whose check lets this one through
  const auto store = backend.open();
  store->import(sample, "rollcall");
  backend.execute("UPDATE customer SET api_rights = 'viewbulk' WHERE i_customer = 2");
  CHECK(refused_entry([&] { store->load(); })
        == "customer 2: the database has the api_rights 'viewbulk', and 'viewbulk' is no right");
}

TEST_CASE_TEMPLATE("a text that is no rights is refused by the database", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  store->import(testing::with_rights(), "rollcall");
  CHECK_THROWS(backend.execute("UPDATE customer SET api_rights = 'view bulc' WHERE i_customer = 2"));
  CHECK_THROWS(backend.execute("UPDATE login SET api_rights = 'VIEW' WHERE web_login = 'desk'"));
  backend.execute("UPDATE customer SET api_rights = '' WHERE i_customer = 2");
  backend.execute("UPDATE login SET api_rights = 'quarantine  view' WHERE web_login = 'desk'");
  const auto dir = store->load();
  CHECK(directory::rights_of(*dir->find(customer_id{2})).empty());
  REQUIRE(dir->find_login("desk"));
  CHECK(dir->find_login("desk")->may == rights{right::view, right::quarantine});
}

TEST_CASE_TEMPLATE("tables refuse a limit below -1, one beyond what the API can tell, and a login of nobody",
                   Backend, testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  backend.open()->import(sample, "rollcall");
  for (const auto* bad :
       {"UPDATE customer SET max_sessions = -2", "UPDATE account SET max_sessions = -2",
        "UPDATE customer SET max_sessions = 2147483648", "UPDATE account SET max_sessions = 2147483648",
        "INSERT INTO login (web_login, i_customer, md5, sha256) VALUES ('x', 77, '', '')",
        "INSERT INTO login (web_login, i_customer, md5, sha256) VALUES ('', 1, '', '')"})
    CHECK_THROWS_AS(backend.execute(bad), std::runtime_error);
}

TEST_CASE_TEMPLATE("what a program of version 2 writes leaves rights, limits and logins as they are", Backend,
                   testing::in_sqlite, testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  store->import(testing::with_rights(), "rollcall");
  backend.execute("INSERT INTO customer (i_customer, i_wholesaler, i_environment, name, web_login, md5, "
                  "sha256, api_access) "
                  "VALUES (2, 1, NULL, 'renamed', '', '', '', '1') ON CONFLICT (i_customer) DO UPDATE SET "
                  "name = 'renamed'; "
                  "INSERT INTO account (i_account, i_customer, username) VALUES (4, 2, '822') "
                  "ON CONFLICT (i_account) DO UPDATE SET username = '822'; "
                  "INSERT INTO account (i_account, i_customer, username) VALUES (5, 2, '805')");
  auto dir = store->load();
  CHECK(dir->find(customer_id{2})->name == "renamed");
  CHECK(dir->find(customer_id{2})->max_sessions == 30);
  CHECK(dir->find(customer_id{2})->logins.size() == 2);
  CHECK(dir->find(account_id{4})->max_sessions == 0);
  CHECK(dir->find(account_id{5})->max_sessions == no_limit);
  backend.execute("DELETE FROM account WHERE i_customer = 2; DELETE FROM customer WHERE i_customer = 2");
  dir = store->load();
  CHECK_FALSE(dir->find_login("desk"));
  CHECK(dir->find(customer_id{1})->logins.size() == 1);
}

TEST_CASE_TEMPLATE("two logins can be exchanged in one file", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  auto swapped = sample;
  std::swap(swapped.customers[0].entry.web_login, swapped.customers[1].entry.web_login);
  store->import(swapped, "rollcall");
  const auto dir = store->load();
  REQUIRE(dir->find_login("reseller"));
  CHECK(dir->find_login("reseller")->customer->id == customer_id{1});
}

TEST_CASE_TEMPLATE("a store restored from an export is the same directory", Backend, testing::in_sqlite,
                   testing::in_postgres) {
  Backend backend;
  const auto store = backend.open();
  store->import(sample, "rollcall");
  store->import(testing::with_rights(), "rollcall");
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
  changes.customers[1].logins.push_back({{"desk", {}}, "correct horse again"});
  changes.customers[1].keeps_logins = false;
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
    many.accounts.push_back({{account_id{id}, customer_id{1}, "user-" + std::to_string(id)}});
  CHECK(store->import(many, "rollcall").created == 20'007);
  std::vector<account> expected;
  for (const auto& change : many.accounts)
    expected.push_back(change.entry);
  CHECK(store->load()->entries().accounts == expected);
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
