#include "domain/directory/directory_hash.hpp"
#include "tests/unit/directory_backends.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <vector>

namespace rollcall::directory_hash_test {

namespace {

directory_entries sample() {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}, {environment_id{2}, "other"}};
  for (const auto& [id, above, environment] : {std::tuple{1, 0, 1}, {2, 1, 1}, {10, 0, 2}}) {
    customer c;
    c.id = customer_id{id};
    c.wholesaler = customer_id{above};
    c.environment = environment_id{environment};
    c.web_login = "login " + std::to_string(id);
    c.password = {"md5", "sha256"};
    e.customers.push_back(std::move(c));
  }
  e.accounts = {{account_id{1}, customer_id{1}, "801"}, {account_id{2}, customer_id{2}, "802"}};
  e.vendors = {{vendor_id{1}, "carrier"}};
  e.connections = {{connection_id{7}, vendor_id{1}, "gw"}};
  return e;
}

} // namespace

TEST_CASE("the hash of a directory does not know the order of its rows") {
  auto entries = sample();
  auto& logins = entries.customers[1].logins;
  logins = {{"a", {"md5", "sha256"}}, {"b", {}, rights{}}, {"c", {}, rights::all()}};
  const auto hash = hash_of(entries);
  CHECK(hash.size() == 32);
  std::minstd_rand order{7};
  for (int i = 0; i < 20; ++i) {
    std::shuffle(logins.begin(), logins.end(), order);
    CHECK(hash_of(entries) == hash);
  }
  std::minstd_rand random{1};
  for (int i = 0; i < 20; ++i) {
    std::shuffle(entries.environments.begin(), entries.environments.end(), random);
    std::shuffle(entries.customers.begin(), entries.customers.end(), random);
    std::shuffle(entries.accounts.begin(), entries.accounts.end(), random);
    CHECK(hash_of(entries) == hash);
  }
}

TEST_CASE("the hash of a directory without rights, limits and logins is that of the version before") {
  CHECK(hash_of(sample()) == "733e4fc6422a0a03f8988cc5d09a6c47");
}

TEST_CASE("the hash of a directory is another one after any change, exchanges included") {
  using change = std::function<void(directory_entries&)>;
  const std::vector<change> changes = {
      [](auto&) {},
      [](auto& e) { e.environments[0].name = "x"; },
      [](auto& e) { e.environments.pop_back(); },
      [](auto& e) { e.customers[1].wholesaler = customer_id{10}; },
      [](auto& e) { e.customers[1].environment = environment_id{2}; },
      [](auto& e) { e.customers[1].name = "x"; },
      [](auto& e) { e.customers[1].web_login = "x"; },
      [](auto& e) { e.customers[1].password.md5 = "x"; },
      [](auto& e) { e.customers[1].password.sha256 = "x"; },
      [](auto& e) { std::swap(e.customers[1].password.md5, e.customers[1].password.sha256); },
      [](auto& e) { e.customers[1].api_access = true; },
      [](auto& e) { e.customers[1].api_rights = rights{}; },
      [](auto& e) { e.customers[1].api_rights = rights::usual(); },
      [](auto& e) { e.customers[1].api_rights = rights::all(); },
      [](auto& e) { e.customers[0].api_rights = rights::all(); },
      [](auto& e) { e.customers[1].max_sessions = 0; },
      [](auto& e) { e.customers[1].max_sessions = 1; },
      [](auto& e) { e.customers[0].max_sessions = 1; },
      [](auto& e) {
        e.customers[1].logins = {{"desk", {"md5", "sha256"}}};
      },
      [](auto& e) {
        e.customers[0].logins = {{"desk", {"md5", "sha256"}}};
      },
      [](auto& e) {
        e.customers[1].logins = {{"desk", {"sha256", "md5"}}};
      },
      [](auto& e) {
        e.customers[1].logins = {{"desk", {}}};
      },
      [](auto& e) {
        e.customers[1].logins = {{"desk", {"md5", "sha256"}, rights{}}};
      },
      [](auto& e) {
        e.customers[1].logins = {{"desk", {"md5", "sha256"}, rights::usual()}};
      },
      [](auto& e) {
        e.customers[1].logins = {{"desk", {"md5", "sha256"}}, {"desk 2", {"md5", "sha256"}}};
      },
      [](auto& e) { e.accounts[0].max_sessions = 0; },
      [](auto& e) { e.accounts[0].max_sessions = 1; },
      [](auto& e) { e.accounts[1].max_sessions = 1; },
      [](auto& e) { e.accounts[0].customer = customer_id{2}; },
      [](auto& e) { std::swap(e.accounts[0].customer, e.accounts[1].customer); },
      [](auto& e) { std::swap(e.accounts[0].username, e.accounts[1].username); },
      [](auto& e) { e.accounts[0].username = "8010"; },
      [](auto& e) { e.accounts.pop_back(); },
      [](auto& e) {
        e.accounts.push_back({account_id{3}, customer_id{1}, ""});
      },
      [](auto& e) { e.vendors[0].name = "x"; },
      [](auto& e) { e.connections[0].vendor = vendor_id{2}; },
      [](auto& e) { e.connections[0].name = "x"; },
      [](auto& e) { std::swap(e.connections[0].name, e.vendors[0].name); },
  };
  std::set<std::string> hashes;
  for (const auto& apply : changes) {
    auto entries = sample();
    apply(entries);
    hashes.insert(hash_of(entries));
  }
  CHECK(hashes.size() == changes.size());
}

TEST_CASE("SQLite and PostgreSQL give one directory one hash") {
  const testing::in_sqlite file;
  const testing::in_postgres server;
  const auto hash_in = [](const auto& backend) {
    const auto store = backend.open();
    store->import(testing::sample(), "rollcall");
    return store->load()->hash();
  };
  CHECK(hash_in(file) == hash_in(server));
}

} // namespace rollcall::directory_hash_test
