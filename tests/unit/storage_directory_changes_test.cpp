#include "storage/directory_changes.hpp"
#include "storage/directory_json.hpp"
#include "storage/password_hash.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

namespace rollcall::storage_directory_changes_test {

namespace {

customer customer_of(std::int64_t id, std::string login, digest_hashes password = {}) {
  return {customer_id{id},     customer_id{}, environment_id{1}, "c", std::move(login),
          std::move(password), false};
}

directory_changes change_of(customer entry, std::optional<std::string> api_password = std::nullopt) {
  directory_changes out;
  out.customers.push_back({std::move(entry), std::move(api_password)});
  return out;
}

const digest_hashes stored_hashes{"m", "s"};

} // namespace

TEST_CASE("an id given twice in one file is refused by both its places") {
  directory_changes changes;
  changes.accounts = {{{account_id{3}, customer_id{1}, "801"}}, {{account_id{3}, customer_id{1}, "802"}}};
  CHECK(testing::refusal<directory_error>([&] { merge({}, changes, "r"); })
        == "accounts[1] (i_account 3): the same id as accounts[0]");
}

TEST_CASE("a login cannot change without its password, because the hash covers it") {
  directory_entries stored;
  stored.customers = {customer_of(1, "old", stored_hashes)};
  CHECK(
      testing::refusal<directory_error>([&] { merge(stored, change_of(customer_of(1, "new")), "r"); })
      == "customers[0] (i_customer 1): api_password is required to change web_login, because its hash covers "
         "the login");
  CHECK(merge(stored, change_of(customer_of(1, "new"), "pw"), "r").entries.customers[0].password
        == hash_password("new", "r", "pw"));
}

TEST_CASE("a password that an update does not mention stays, and everything else is as the update says") {
  directory_entries stored;
  stored.customers = {customer_of(1, "ssp", stored_hashes)};
  stored.customers[0].api_access = true;
  const auto out = merge(stored, change_of(customer_of(1, "ssp")), "r");
  CHECK(out.entries.customers[0].password == stored_hashes);
  CHECK_FALSE(out.entries.customers[0].api_access);
  CHECK(out.updated == 1);
}

TEST_CASE("a login taken away takes its password with it") {
  directory_entries stored;
  stored.customers = {customer_of(1, "ssp", stored_hashes)};
  CHECK(merge(stored, change_of(customer_of(1, "")), "r").entries.customers[0].password == digest_hashes{});
}

TEST_CASE(
    "what an update leaves out of a customer's access stays, so that an import turns nobody's API off") {
  directory_entries stored;
  stored.customers = {customer_of(1, "ssp", stored_hashes)};
  stored.customers[0].api_access = true;
  auto changes = change_of(customer_of(1, ""));
  changes.customers[0].entry.name = "renamed";
  changes.customers[0].keeps_access = changes.customers[0].keeps_login = true;
  const auto kept = merge(stored, changes, "r").entries.customers[0];
  CHECK(kept.name == "renamed");
  CHECK(kept.api_access);
  CHECK(kept.web_login == "ssp");
  CHECK(kept.password == stored_hashes);
  SUBCASE("and is closed for one that is new") {
    const auto fresh = merge({}, changes, "r").entries.customers[0];
    CHECK_FALSE(fresh.api_access);
    CHECK(fresh.web_login.empty());
  }
  SUBCASE("also where only the password changes") {
    changes.customers[0].api_password = "new";
    CHECK(merge(stored, changes, "r").entries.customers[0].password == hash_password("ssp", "r", "new"));
  }
}

TEST_CASE("silence about rights, limits and logins gives nobody more, and takes nothing away") {
  directory_entries stored;
  stored.customers = {customer_of(1, "ssp", stored_hashes)};
  auto& before = stored.customers[0];
  before.api_rights = rights{right::view};
  before.max_sessions = 5;
  before.logins = {{"desk", stored_hashes, rights{}}, {"night", stored_hashes}};
  stored.accounts = {{account_id{3}, customer_id{1}, "801", 2}};
  auto changes = change_of(customer_of(1, "ssp"));
  auto& change = changes.customers[0];
  changes.accounts = {{{account_id{3}, customer_id{1}, "801"}, true}};
  change.keeps_rights = change.keeps_limit = change.keeps_logins = true;
  CHECK(merge(stored, changes, "r").unchanged == 2);
  SUBCASE("and is none of them for who is new") {
    const auto fresh = merge({}, changes, "r").entries;
    CHECK(fresh.customers[0] == customer_of(1, "ssp"));
    CHECK(fresh.accounts[0].max_sessions == no_limit);
  }
  SUBCASE("each of them that is said is a change") {
    SUBCASE("rights") { change.keeps_rights = false; }
    SUBCASE("no rights") {
      change.keeps_rights = false;
      change.entry.api_rights = rights{};
    }
    SUBCASE("limit") { change.keeps_limit = false; }
    SUBCASE("logins") { change.keeps_logins = false; }
    SUBCASE("the limit of an account") { changes.accounts[0].keeps_limit = false; }
    const auto out = merge(stored, changes, "r");
    CHECK(out.updated == 1);
    CHECK(out.changed.customers.size() + out.changed.accounts.size() == 1);
  }
}

TEST_CASE("a login of a list keeps what is not said of it, and is no other customer's") {
  directory_entries stored;
  stored.customers = {customer_of(1, "ssp", stored_hashes), customer_of(2, "")};
  stored.customers[0].logins = {{"desk", stored_hashes, rights{right::view}}, {"night", stored_hashes}};
  auto changes = change_of(customer_of(1, "ssp"));
  changes.customers[0].logins = {{{"night", {}}, "new", true}, {{"desk", {}}, std::nullopt, true}};
  CHECK(merge(stored, changes, "r").entries.customers[0].logins
        == std::vector<login>{{"desk", stored_hashes, rights{right::view}},
                              {"night", hash_password("night", "r", "new")}});
  changes.customers[0].logins[1].keeps_rights = false;
  CHECK_FALSE(merge(stored, changes, "r").entries.customers[0].logins[0].api_rights);
  SUBCASE("the order of a list is no change") {
    auto same = change_of(customer_of(1, "ssp"));
    same.customers[0].logins = {{{"night", {}}, std::nullopt, true}, {{"desk", {}}, std::nullopt, true}};
    CHECK(merge(stored, same, "r").unchanged == 1);
  }
  SUBCASE("one that another customer has had comes without its password") {
    auto moved = change_of(customer_of(2, ""));
    moved.customers[0].logins = {{{"desk", {}}, std::nullopt, true}};
    CHECK(merge(stored, moved, "r").entries.customers[1].logins == std::vector<login>{{"desk", {}}});
  }
}

TEST_CASE("a password needs a login") {
  CHECK(testing::refusal<import_error>([&] { merge({}, change_of(customer_of(1, ""), "pw"), "r"); })
        == "customers[0] (i_customer 1): a password needs a web_login");
}

TEST_CASE("an import is told all that is wrong with the file, with its entries and with what comes of them") {
  const auto changes = read_directory_file(R"({"environments": [{"i_environment": 1, "name": "e"}],
 "customers": [
  {"i_customer": 1, "i_environment": 1, "name": "root", "web_login": "a"},
  {"i_customer": 2, "i_wholesaler": 9, "name": "dangling"},
  {"i_customer": 3, "i_wholesaler": 1, "name": "twin", "web_login": "a"},
  {"i_customer": 4, "i_wholesaler": 5, "name": "cycle"},
  {"i_customer": 5, "i_wholesaler": 4, "name": "cycle"},
  {"i_customer": 6, "i_wholesaler": 8, "name": 7},
  {"i_customer": 3, "i_wholesaler": 1, "name": "again"}
 ],
 "accounts": [{"i_account": 1, "i_customer": 6, "username": "x"}, {"i_account": 2, "i_customer": 77, "username": "x"}]})");
  CHECK(testing::refusal<import_error>([&] { merge_checked({}, changes, "r"); })
        == "4: customers[1] (i_customer 2): i_wholesaler 9 is not a customer\n"
           "5: customers[2] (i_customer 3): web_login 'a' is already that of customer 1\n"
           "6: customers[3] (i_customer 4): it is its own wholesaler, directly or through others (a cycle)\n"
           "8: customers[5] (i_customer 6): name must be a string\n"
           "9: customers[6] (i_customer 3): the same id as customers[2]\n"
           "11: accounts[1] (i_account 2): i_customer 77 is not a customer");
}

TEST_CASE("only what is new or different counts as changed") {
  directory_entries stored;
  stored.vendors = {{vendor_id{1}, "a"}, {vendor_id{2}, "b"}};
  directory_changes changes;
  changes.vendors = {{vendor_id{2}, "B"}, {vendor_id{1}, "a"}, {vendor_id{3}, "c"}};
  const auto out = merge(stored, changes, "r");
  CHECK(out.created == 1);
  CHECK(out.updated == 1);
  CHECK(out.unchanged == 1);
  CHECK(out.changed.vendors == std::vector{vendor{vendor_id{2}, "B"}, vendor{vendor_id{3}, "c"}});
  CHECK(out.entries.vendors.size() == 3);
}

TEST_CASE("an environment repeated below a root is no change, and a wrong one is still there to be refused") {
  directory_entries stored;
  stored.customers = {customer_of(1, "")};
  stored.customers.push_back({customer_id{2}, customer_id{1}, environment_id{}, "c", "", {}, false});
  auto repeated = stored.customers[1];
  repeated.environment = environment_id{7};
  const auto out = merge(stored, change_of(repeated), "r");
  CHECK(out.unchanged == 1);
  CHECK(out.entries.customers[1].environment == environment_id{7});
}

TEST_CASE("passwords are hashed as RFC 7616 says") {
  // The example of RFC 7616, 3.9.1: its A1 hashes, computed with md5sum and sha256sum.
  const auto hashes = hash_password("Mufasa", "http-auth@example.org", "Circle of Life");
  CHECK(hashes.md5 == "3d78807defe7de2157e2b0b6573a855f");
  CHECK(hashes.sha256 == "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232");
}

TEST_CASE(
    "where login or password are not ASCII, the hash over ISO-8859-1 stands behind the one over UTF-8") {
  const auto latin1 =
      hash_password("J\xFCrgen", "r", "p\xE4ss"); // bytes that are no UTF-8 are hashed as they are
  REQUIRE(latin1.md5.size() == 32);
  const auto both = hash_password("J\u00fcrgen", "r", "p\u00e4ss");
  CHECK(both.md5.size() == 64);
  CHECK(both.md5.ends_with(latin1.md5));
  CHECK(both.sha256.size() == 128);
  CHECK(both.sha256.ends_with(latin1.sha256));
  CHECK(hash_password("\u0416", "r", "p\u00e4ss").md5.size() == 32); // not in ISO-8859-1
}

} // namespace rollcall::storage_directory_changes_test
