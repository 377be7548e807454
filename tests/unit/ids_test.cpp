#include "domain/base/ids.hpp"
#include "domain/directory/account_key.hpp"

#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <unordered_set>

namespace rollcall::ids_test {

TEST_CASE("ids convert neither into each other nor from nor to what they hold") {
  CHECK_FALSE(std::is_convertible_v<account_id, customer_id>);
  CHECK_FALSE(std::is_constructible_v<account_id, customer_id>);
  CHECK_FALSE(std::is_convertible_v<std::int64_t, account_id>);
  CHECK_FALSE(std::is_convertible_v<account_id, std::int64_t>);
  CHECK_FALSE(std::is_convertible_v<std::string, switch_name>);
}

TEST_CASE("the zero value is not known, any other is") {
  CHECK_FALSE(account_id{}.known());
  CHECK_FALSE(account_id{0}.known());
  CHECK(account_id{-1}.known());
  CHECK_FALSE(call_id{}.known());
  CHECK(call_id{"sbc-1:9"}.known());
}

TEST_CASE("keys of the same account number in two environments are two keys") {
  const account_key here{environment_id{1}, account_id{7}};
  const account_key there{environment_id{2}, account_id{7}};
  const std::unordered_set<account_key> both{here, there, here};
  CHECK(both.size() == 2);
  CHECK(here != there);
  CHECK(here < there);
}

} // namespace rollcall::ids_test
