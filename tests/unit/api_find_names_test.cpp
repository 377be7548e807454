#include "api_fixture.hpp"
#include "transport/api/find_names.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::api::api_find_names_test {

namespace {

using xmlrpc::structure;

/// The ids found, in order and with a `+` when there are more; or the text of the fault.
std::string found(std::int64_t login, structure members) {
  const auto call = call_by(login, "findNames", std::move(members));
  const auto request = parse_find_names(call);
  if (!request)
    return request.why().text;
  const auto xml = drained(found_names(*request, *call.settings().directory).value);
  std::string ids;
  const std::string before = "<name>id</name>\n<value><int>";
  for (auto at = xml.find(before); at != std::string::npos; at = xml.find(before, at + 1))
    ids += xml.substr(at + before.size(), xml.find('<', at + before.size()) - at - before.size()) + ' ';
  return ids + (xml.find("<boolean>1</boolean>") != std::string::npos ? "+" : "");
}

bool matches(std::string_view pattern, std::string_view name) { return name_pattern{pattern}.matches(name); }

} // namespace

TEST_CASE("names are asked for by a kind that there is, and a limit that is kept") {
  const std::string kinds = "Parameter kind must be one of customer, account, vendor, connection";
  CHECK(found(1, {}) == "Parameter kind is required");
  CHECK(found(1, {{"kind", text("switch")}}) == kinds);
  CHECK(found(1, {{"kind", text("account")}, {"limit", number(1001)}})
        == "Parameter limit must be at most 1000");
  CHECK(found(0, {{"kind", text("account")}}) == "Parameter i_customer is required");
}

TEST_CASE("names outside the scope are answered like names that do not exist") {
  CHECK(found(1, {{"kind", text("customer")}}) == "1 2 3 4 ");
  CHECK(found(2, {{"kind", text("customer")}}) == "2 3 ");
  CHECK(found(2, {{"kind", text("account")}}) == "21 31 ");
  CHECK(found(2, {{"kind", text("account")}, {"id", number(11)}}).empty());
  CHECK(found(2, {{"kind", text("account")}, {"id", number(999)}}).empty());
  CHECK(found(2, {{"kind", text("account")}, {"i_customer", number(1)}}) == "Wrong i_customer");
  const auto call = call_by(2, "findNames", {{"kind", text("customer")}, {"id", number(2)}});
  const auto xml = drained(found_names(*parse_find_names(call), *call.settings().directory).value);
  CHECK(xml.find("<name>i_customer</name>\n<value><int>0</int></value>") != std::string::npos);
}

TEST_CASE("names are narrowed by id, by name and by page") {
  CHECK(found(1, {{"kind", text("account")}, {"id", number(31)}}) == "31 ");
  CHECK(found(1, {{"kind", text("account")}, {"name", text("user-3")}}) == "31 ");
  CHECK(found(1, {{"kind", text("account")}, {"name", text("user-*")}, {"limit", number(2)}}) == "11 21 +");
  CHECK(found(1, {{"kind", text("account")}, {"offset", number(2)}, {"limit", number(2)}}) == "31 41 ");
  CHECK(found(1, {{"kind", text("account")}, {"offset", number(9)}}).empty());
}

TEST_CASE("a star at either end of a name stands for anything, and with a backslash for itself") {
  CHECK(matches("801", "801"));
  CHECK_FALSE(matches("801", "8011"));
  CHECK(matches("80*", "8011"));
  CHECK(matches("*11", "8011"));
  CHECK(matches("*01*", "8011"));
  CHECK(matches("*", ""));
  CHECK_FALSE(matches("8*1", "801"));
  CHECK(matches("\\*x", "*x"));
  CHECK(matches("x\\*", "x*"));
  CHECK_FALSE(matches("x\\*", "xy"));
}

} // namespace rollcall::api::api_find_names_test
