#include "api_fixture.hpp"
#include "limit_fixture.hpp"
#include "transport/api/limits.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace rollcall::api::api_limits_test {

using namespace std::chrono_literals;
using testing::directory_with;

namespace {

using xmlrpc::structure;

/// `customer: millionths`, or the text of the fault.
std::string parsed(std::int64_t login, structure members) {
  const auto asked = parse_limits(call_by(login, "getLimits", std::move(members)));
  if (!asked)
    return asked.why().text;
  CHECK(asked->request.recursive);
  CHECK(asked->request.for_limits);
  CHECK_FALSE(asked->request.partial);
  return std::to_string(asked->request.scope.value()) + ": " + std::to_string(asked->above);
}

xmlrpc::value real(double x) { return {x}; }

cluster_stats_answer counted(std::vector<std::pair<std::int64_t, std::uint32_t>> calls) {
  cluster_stats_answer told;
  const auto* on = interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}});
  for (const auto& [account, connected] : calls) {
    auto& one = told.accounts.emplace_back();
    one.account = {environment_id{1}, account_id{account}};
    one.counts.of(*on)[call_state::connected] = connected;
  }
  return told;
}

limits_question of(const directory_ptr& dir, std::int64_t scope, std::uint64_t above = 0) {
  return {{customer_id{scope}, true, dir}, above};
}

std::string rendered(const limits_question& asked, const cluster_stats_answer& told,
                     const limit_board& reached = {}) {
  return drained(render_limits(asked, told, reached, false).value);
}

/// `account 21 2/3` for each row, in their order.
std::vector<std::string> rows_of(const std::string& xml) {
  std::vector<std::string> rows;
  const auto value_of = [&](std::string_view name, std::size_t from) {
    auto at = xml.find("<name>" + std::string{name} + "</name>", from);
    at = xml.find('>', xml.find("<value>", at) + 7) + 1; // behind the type
    return xml.substr(at, xml.find('<', at) - at);
  };
  for (auto at = xml.find("<name>kind</name>"); at != std::string::npos;
       at = xml.find("<name>kind</name>", at + 1))
    rows.push_back(value_of("kind", at) + ' ' + value_of("id", at) + ' ' + value_of("total", at) + '/'
                   + value_of("max_sessions", at));
  return rows;
}

bool shows(const std::string& xml, const std::string& part) { return xml.find(part) != std::string::npos; }

using rows = std::vector<std::string>;

} // namespace

TEST_CASE("limits are asked for under the rights of a customer") {
  CHECK(parsed(1, {}) == "1: 0");
  CHECK(parsed(2, {{"i_customer", number(3)}}) == "3: 0");
  CHECK(parsed(2, {{"i_customer", text("")}}) == "2: 0");
  CHECK(parsed(0, {{"i_customer", number(2)}}) == "2: 0");
  CHECK(parsed(0, {}) == "Parameter i_customer is required");
  CHECK(parsed(2, {{"i_customer", number(4)}}) == "Wrong i_customer");
  CHECK(parsed(2, {{"i_customer", number(999)}}) == "Wrong i_customer");
  CHECK(parsed(0, {{"i_customer", number(999)}}) == "Wrong i_customer");
  CHECK(parsed(1, {{"i_account", number(11)}})
        == "Unknown parameter i_account; getLimits takes i_customer, above");
}

TEST_CASE("above is a number from 0 to 1") {
  CHECK(parsed(1, {{"above", real(0.9)}}) == "1: 900000");
  CHECK(parsed(1, {{"above", number(1)}}) == "1: 1000000");
  CHECK(parsed(1, {{"above", number(0)}}) == "1: 0");
  CHECK(parsed(1, {{"above", text("0.57")}}) == "1: 570000");
  CHECK(parsed(1, {{"above", text("")}}) == "1: 0");
  for (const auto& bad : {real(1.1), real(-0.1), number(2), number(-1), text("much")})
    CHECK(parsed(1, {{"above", bad}}) == "Parameter above must be a number from 0 to 1");
}

TEST_CASE("those limits come first of which most is used") {
  const auto dir = directory_with({{{1, 10}, {2, 5}}, {{11, 4}, {12, 0}, {31, 0}, {41, 7}}});
  const auto told = counted({{11, 4}, {21, 1}, {31, 1}});
  CHECK(rows_of(rendered(of(dir, 1), told))
        == rows{"account 31 1/0", "account 11 4/4", "customer 1 6/10", "customer 2 2/5", "account 12 0/0",
                "account 41 0/7"});
  CHECK(rows_of(rendered(of(dir, 2), told)) == rows{"account 31 1/0", "customer 2 2/5"});
  CHECK(rows_of(rendered(of(dir, 10), told)).empty());
  CHECK(shows(rendered(of(dir, 1), told), "<string>customer 2</string>"));
  CHECK(shows(rendered(of(dir, 1), told), "<string>u11</string>"));
}

TEST_CASE("above leaves out those of which less is used, exactly") {
  const auto dir = directory_with({{{2, 100}}, {{11, 10}, {12, 0}}});
  CHECK(rows_of(rendered(of(dir, 1, 900'000), counted({{11, 9}, {21, 89}})))
        == rows{"account 11 9/10", "account 12 0/0"});
  CHECK(rows_of(rendered(of(dir, 1, 70'000), counted({{21, 7}})))
        == rows{"customer 2 7/100", "account 12 0/0"});
  CHECK(rows_of(rendered(of(dir, 1, 70'001), counted({{21, 7}}))) == rows{"account 12 0/0"});
  CHECK(rows_of(rendered(of(dir, 1, 1'000'000), counted({{11, 10}})))
        == rows{"account 11 10/10", "account 12 0/0"});
}

TEST_CASE("a limit that is reached says since when") {
  const auto dir = directory_with({{}, {{11, 2}, {12, 2}}});
  limit_board board{dir, {}};
  board.states[{limit_kind::account, 11}] = {true, timestamp{1'500ms}, customer_id{1}, 2, 2};
  board.states[{limit_kind::account, 12}] = {false, timestamp{9s}, customer_id{1}, 0, 2};
  const auto xml = rendered(of(dir, 1), counted({{11, 2}}), board);
  CHECK(shows(xml, "<name>reached_since</name>\n<value><double>1.500000</double></value>"));
  CHECK_FALSE(shows(xml, "9.000000"));
}

TEST_CASE("an answer says whether something is missing from it") {
  const auto dir = directory_with({{}, {{11, 2}}});
  auto told = counted({});
  CHECK(shows(rendered(of(dir, 1), told), "<name>complete</name>\n<value><boolean>1</boolean></value>"));
  told.covers.missing = {"node-b"};
  CHECK(shows(rendered(of(dir, 1), told), "<name>complete</name>\n<value><boolean>0</boolean></value>"));
  CHECK_FALSE(shows(rendered(of(dir, 1), told), "limits_left_out"));
}

TEST_CASE("of more limits than fit those are told of which most is used, and how many are not") {
  auto entries = directory_with({})->entries();
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(most_limits) + 3; ++i)
    entries.accounts.push_back({account_id{1'000 + i}, customer_id{1}, {}, 10});
  const auto dir = directory::link(std::move(entries));
  const auto last = 1'000 + static_cast<std::int64_t>(most_limits) + 2;
  const auto xml = rendered(of(dir, 1), counted({{last, 5}}));
  const auto told = rows_of(xml);
  CHECK(told.size() == most_limits);
  CHECK(told.front() == "account " + std::to_string(last) + " 5/10");
  CHECK(shows(xml, "<name>limits_left_out</name>\n<value><int>3</int></value>"));
}

} // namespace rollcall::api::api_limits_test
