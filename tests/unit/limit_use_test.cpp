#include "domain/control/limit_use.hpp"
#include "limit_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::limit_use_test {

using testing::directory_with;

namespace {

using lines = std::vector<std::string>;

account_key key_of(std::int64_t account, std::int64_t environment = 1) {
  return {environment_id{environment}, account_id{account}};
}

/// As `customer 1: 5/10 of 1`.
lines lines_of(const std::vector<limit_use>& uses) {
  lines all;
  for (const auto& use : uses)
    all.push_back(std::string{name_of(use.whose.kind)} + ' ' + std::to_string(use.whose.id) + ": "
                  + std::to_string(use.total) + '/' + std::to_string(use.max_sessions) + " of "
                  + std::to_string(use.of.value()));
  return all;
}

lines scopes_of(const testing::some_limits& limits) {
  lines all;
  for (const auto& one : limit_scopes(*directory_with(limits)))
    all.push_back(std::to_string(one.scope.value()) + (one.recursive ? " and below" : ""));
  return all;
}

} // namespace

TEST_CASE("a customer's limit covers its subtree, an account's itself") {
  limit_counter counter{directory_with({{{1, 10}, {2, 5}, {10, 7}}, {{21, 3}, {31, 0}}})};
  counter.add(key_of(11), 1);
  counter.add(key_of(21), 2);
  counter.add(key_of(31), 4);
  counter.add(key_of(101, 2), 8);
  CHECK(lines_of(counter.uses(customer_id{1}))
        == lines{"customer 1: 7/10 of 1", "customer 2: 6/5 of 2", "account 21: 2/3 of 2",
                 "account 31: 4/0 of 3"});
  CHECK(lines_of(counter.uses(customer_id{3})) == lines{"account 31: 4/0 of 3"});
  CHECK(lines_of(counter.uses(customer_id{10})) == lines{"customer 10: 8/7 of 10"});
  CHECK(counter.uses(customer_id{999}).empty());
}

TEST_CASE("who has a limit and no calls is told, who has no limit is not") {
  limit_counter counter{directory_with({{{4, 2}}, {{12, 1}}})};
  counter.add(key_of(11), 5);
  counter.add(key_of(41), 0);
  CHECK(lines_of(counter.uses(customer_id{1})) == lines{"customer 4: 0/2 of 4", "account 12: 0/1 of 1"});
}

TEST_CASE("calls of accounts that the directory does not know count for the root customer") {
  limit_counter counter{directory_with({{{1, 10}, {2, 10}, {10, 10}}, {{21, 10}}})};
  counter.add(key_of(999), 1);
  counter.add(key_of(0), 2);
  counter.add(key_of(21, 2), 4); // that of another environment is another account
  counter.add(key_of(21, 3), 8); // and nobody's
  CHECK(lines_of(counter.uses(customer_id{1}))
        == lines{"customer 1: 3/10 of 1", "customer 2: 0/10 of 2", "account 21: 0/10 of 2"});
  CHECK(lines_of(counter.uses(customer_id{10})) == lines{"customer 10: 4/10 of 10"});
}

TEST_CASE("no more is looked at than where limits are") {
  CHECK(scopes_of({}).empty());
  CHECK(scopes_of({{}, {{21, 3}}}) == lines{"2"});
  CHECK(scopes_of({{}, {{11, 3}, {12, 3}}}) == lines{"1"});
  CHECK(scopes_of({{}, {{31, 3}, {21, 3}}}) == lines{"2 and below"});
  CHECK(scopes_of({{}, {{21, 3}, {31, 3}}}) == lines{"2 and below"});
  CHECK(scopes_of({{}, {{31, 3}, {41, 3}}}) == lines{"1 and below"});
  CHECK(scopes_of({{{3, 0}}, {}}) == lines{"3 and below"});
  CHECK(scopes_of({{{2, 5}}, {{31, 3}}}) == lines{"2 and below"});
  CHECK(scopes_of({{{3, 5}}, {{101, 1}}}) == lines{"3 and below", "10"});
}

} // namespace rollcall::limit_use_test
