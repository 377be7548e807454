#include "api_fixture.hpp"
#include "transport/api/call_history.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::api::api_call_history_test {

using namespace std::chrono_literals;

namespace {

using xmlrpc::structure;

constexpr std::int64_t noon = 1'732'363'200; // seconds since the epoch
const timestamp now{std::chrono::seconds{noon + 30}};

xmlrpc::or_fault<history_question> parsed(std::int64_t login, structure members) {
  return parse_call_history(call_by(login, "getCallHistory", std::move(members)), now);
}

std::string fault(std::int64_t login, structure members) {
  const auto asked = parsed(login, std::move(members));
  return asked ? "(no fault)" : asked.why().text;
}

history_time at(std::int64_t seconds) { return history_time{std::chrono::seconds{seconds}}; }

} // namespace

TEST_CASE("a history without a beginning, or of a time or a step that cannot be, is refused") {
  CHECK(fault(1, {}) == "Parameter from is required");
  const std::string wanted = " must be a number of seconds, not negative";
  CHECK(fault(1, {{"from", text("yesterday")}}) == "Parameter from" + wanted);
  CHECK(fault(1, {{"from", number(-1)}}) == "Parameter from" + wanted);
  CHECK(fault(1, {{"from", number(0)}, {"to", number(INT64_MAX)}}) == "Parameter to" + wanted);
  CHECK(fault(1, {{"from", number(noon)}, {"to", number(noon)}}) == "Parameter to must be after from");
  CHECK(fault(1, {{"from", number(noon + 31)}}) == "Parameter to must be after from");
  for (const auto step : {0, 59, 90})
    CHECK(fault(1, {{"from", number(noon)}, {"step", number(step)}})
          == "Parameter step must be a multiple of 60");
  CHECK(fault(1, {{"from", number(noon)}, {"step", number(INT64_MAX / 60 * 60)}})
        == "Parameter step must be at most 31622400");
}

TEST_CASE("a history of too many points says which step would do") {
  const auto of = [](std::int64_t seconds, std::int64_t step) {
    return fault(1, {{"from", number(noon - seconds)}, {"to", number(noon)}, {"step", number(step)}});
  };
  CHECK(of(600'000, 60) == "(no fault)");
  CHECK(of(600'060, 60) == "Parameter step must be at least 120 for this time: 10000 points at most");
  CHECK(of(86'400 * 30, 60) == "Parameter step must be at least 300 for this time: 10000 points at most");
}

TEST_CASE("the scope of a history is a customer or an account of it") {
  const auto whose = [](std::int64_t login, structure members) -> std::string {
    members.emplace_back("from", number(noon - 60));
    const auto asked = parsed(login, std::move(members));
    if (!asked)
      return asked.why().text;
    const auto key = asked->request.whose.key();
    return (key % 2 == 0 ? "customer " : "account ") + std::to_string(key / 2);
  };
  CHECK(whose(2, {}) == "customer 2");
  CHECK(whose(2, {{"i_customer", number(3)}}) == "customer 3");
  CHECK(whose(2, {{"i_customer", number(4)}}) == "Wrong i_customer");
  CHECK(whose(2, {{"i_account", number(31)}}) == "account 31");
  CHECK(whose(2, {{"i_account", number(41)}}) == "Wrong i_account");
  CHECK(whose(2, {{"i_account", number(999)}}) == "Wrong i_account");
  CHECK(whose(1, {{"i_customer", number(2)}, {"i_account", number(11)}}) == "Wrong i_account");
  CHECK(whose(0, {}) == "Parameter i_customer is required");
  CHECK(whose(0, {{"i_account", number(31)}}) == "Parameter i_customer is required");
  CHECK(whose(0, {{"i_customer", number(2)}, {"i_account", number(31)}}) == "account 31");
}

TEST_CASE("a history is up to now, in the shortest step that there is something of") {
  const auto range = [](structure members) {
    const auto asked = parsed(1, std::move(members));
    REQUIRE(asked);
    return asked->request.range;
  };
  CHECK(range({{"from", number(noon - 90)}}) == history_range{at(noon - 120), at(noon + 60), 60s});
  CHECK(range({{"from", number(noon - 90)}, {"to", number(noon)}, {"step", number(3600)}})
        == history_range{at(noon - 3600), at(noon), 3600s});
  CHECK(range({{"from", xmlrpc::value{static_cast<double>(noon) - 89.25}}})
        == history_range{at(noon - 120), at(noon + 60), 60s});
  CHECK(range({{"from", number(noon - 8 * 86'400)}}).step == 3600s);
  CHECK(range({{"from", number(noon - 400 * 86'400)}}).step == 3600s);
  CHECK(range({{"from", number(0)}}).step == 86'400s * 4);
}

TEST_CASE("points are told as arrays") {
  history_question asked{{history_subject{customer_id{1}}, {at(noon), at(noon + 120), 60s}}, customer_id{1}};
  history_answer told;
  told.points.push_back({at(noon), 3, 1.5, 2, 1.0 / 3, false});
  const auto xml = drained(render_call_history(asked, told).value);
  CHECK(xml.find("<name>step</name>\n<value><int>60</int></value>\n") != std::string::npos);
  CHECK(xml.find("<value><array><data>\n"
                 "<value><double>1732363200.000000</double></value>\n"
                 "<value><int>3</int></value>\n"
                 "<value><double>1.500000</double></value>\n"
                 "<value><int>2</int></value>\n"
                 "<value><double>0.333333</double></value>\n"
                 "<value><boolean>0</boolean></value>\n"
                 "</data></array></value>\n")
        != std::string::npos);
}

} // namespace rollcall::api::api_call_history_test
