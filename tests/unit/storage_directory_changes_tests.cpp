#include "storage/directory_changes.hpp"
#include "storage/password_hash.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

namespace rollcall {

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
  changes.accounts = {{account_id{3}, customer_id{1}, "801"}, {account_id{3}, customer_id{1}, "802"}};
  CHECK(test::refusal<directory_error>([&] { merge({}, changes, "r"); })
        == "accounts[1] (i_account 3): the same id as accounts[0]");
}

TEST_CASE("a login cannot change without its password, because the hash covers it") {
  directory_entries stored;
  stored.customers = {customer_of(1, "old", stored_hashes)};
  CHECK(
      test::refusal<directory_error>([&] { merge(stored, change_of(customer_of(1, "new")), "r"); })
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

} // namespace rollcall
