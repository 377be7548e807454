#include "api_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing::api_refused_orders_test {

namespace {

struct fixture : api_fixture {
  /// The one entry that was written since the last time, as `method target (scope): answer`.
  std::string written() {
    run();
    REQUIRE(audited.size() == 1);
    const auto one = std::exchange(audited, {}).front();
    CHECK(one.idle);
    CHECK(one.blocks.empty());
    REQUIRE(one.answer);
    return one.request->method + ' ' + one.request->target + " (" + std::to_string(one.request->scope.value())
           + "): " + one.answer->text;
  }
};

std::string order(const std::string& method,
                  const std::vector<std::pair<std::string, std::string>>& members) {
  return fixture::call_of(method, fixture::structure(members));
}

std::string array_of(const std::string& values) {
  return "<value><array><data>" + values + "</data></array></value>";
}

std::string struct_of(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string text = "<value><struct>";
  for (const auto& [name, value] : members)
    text += "<member><name>" + name + "</name>" + value + "</member>";
  return text + "</struct></value>";
}

std::string string_of(const std::string& text) { return "<value>" + text + "</value>"; }

std::string part(const std::string& method, const std::string& params) {
  return struct_of({{"methodName", string_of(method)}, {"params", params}});
}

std::string hang_up_part(const std::string& id) {
  return part("disconnectCall", array_of(struct_of({{"ID", string_of(id)}})));
}

std::string multicall_of(const std::string& parts) {
  return fixture::call_of("system.multicall", "<param>" + array_of(parts) + "</param>");
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a refused order is in the audit log with its target and the reason") {
  const std::pair<std::string, std::string> table[] = {
      {order("disconnectAccount", {{"i_account", "<int>0</int>"}}),
       "disconnectAccount i_account=0 (1): Refused: 401 Wrong i_account"},
      {order("disconnectAccount", {{"i_account", "11"}, {"i_customer", "<int>999</int>"}}),
       "disconnectAccount i_account=11, i_customer=999 (1): Refused: 401 Wrong i_customer"},
      {order("disconnectAccount", {{"i_account", "<int>11</int>"}, {"i_customer", "2"}}),
       "disconnectAccount i_account=11, i_customer=2 (2): Refused: 401 Wrong i_account"},
      {order("disconnectCustomer", {{"i_customer", "<int>1</int>"}, {"i_wholesaler", "<int>2</int>"}}),
       "disconnectCustomer i_customer=1, i_wholesaler=2 (2): Refused: 401 Wrong i_customer"},
      {order("disconnectCall", {}), "disconnectCall  (1): Refused: 400 Parameter ID is required"},
      {order("disconnectCall", {{"ID", "a:1"}, {"i_call", "1"}}),
       "disconnectCall ID=a:1 (1): Refused: 400 Unknown parameter i_call; disconnectCall takes ID, dry_run, "
       "confirm, max_calls, reason"},
      {fixture::call_of("disconnectCall", "<param><value><int>1</int></value></param>"),
       "disconnectCall  (1): Refused: 400 The parameter of disconnectCall must be a struct"},
      {order("drainNode", {}), "drainNode  (1): Refused: 400 Parameter node_id is required"},
  };
  for (const auto& [body, entry] : table) {
    CHECK_FALSE(fault_in(answer_to(body)).empty());
    CHECK(written() == entry);
  }
  CHECK(script->disconnects.empty());
}

TEST_CASE_FIXTURE(fixture, "a refused order is written down as that of the customer who logged in") {
  CHECK_FALSE(
      fault_in(log_in("login-2", "secret", order("disconnectCustomer", {{"i_customer", "1"}}))).empty());
  REQUIRE(audited.size() == 1);
  const auto& who = *audited.front().request;
  CHECK(who.who == customer_id{2});
  CHECK(who.login == "login-2");
  CHECK(who.address == "127.0.0.1");
  CHECK_FALSE(who.trusted);
  CHECK(written() == "disconnectCustomer i_customer=1 (2): Refused: 401 Wrong i_customer");
}

TEST_CASE_FIXTURE(fixture,
                  "orders of callers without the right to give them are in the audit log, lists are not") {
  const auto by_4 = [&](std::string body) { return fault_in(log_in("login-4", "secret", std::move(body))); };
  CHECK(by_4(order("disconnectCall", {{"ID", "a:1"}})) == "403 API access is not enabled");
  CHECK(written() == "disconnectCall ID=a:1 (4): Refused: 403 API access is not enabled");
  CHECK_FALSE(fault_in(log_in("login-2", "secret", order("forgetNode", {{"node_id", "node-b"}}))).empty());
  CHECK(written()
        == "forgetNode node_id=node-b (2): Refused: 403 Only the root customer may call this method");
  CHECK_FALSE(by_4(call_of("listAllCalls")).empty());
  CHECK_FALSE(fault_in(answer_to(order("listAllCalls", {{"i_customer", "999"}}))).empty());
  run();
  CHECK(audited.empty());
}

TEST_CASE_FIXTURE(
    fixture, "an order beyond the limit is in the audit log as refused, one that is carried out is not") {
  auto by = settings();
  by.requests_at_once = 1;
  endpoint->change(by);
  script->silent = true;
  const auto hang_up = order("disconnectCall", {{"ID", "a:1"}});
  send(request(hang_up));
  run();
  CHECK(audited.empty());
  CHECK(fault_in(answer_to(hang_up)) == "429 Too many requests at once");
  CHECK(written() == "disconnectCall ID=a:1 (1): Refused: 429 Too many requests at once");
  advance(60s);
  CHECK(contains(fault_in(taken()), "did not answer in time"));
  CHECK(audited.empty());
}

TEST_CASE_FIXTURE(fixture, "each refused order of a multicall has its entry") {
  std::string parts;
  for (const auto* account : {"0", "00"})
    parts += part("disconnectAccount", array_of(struct_of({{"i_account", string_of(account)}})));
  answer_to(multicall_of(parts));
  run();
  REQUIRE(audited.size() == 2);
  CHECK(audited[0].request->target == "i_account=0");
  CHECK(audited[1].request->target == "i_account=00");
  CHECK(audited[0].entry != audited[1].entry);
}

TEST_CASE_FIXTURE(fixture, "a malformed part of a multicall that is an order has an entry in the audit log") {
  const std::pair<std::string, std::string> table[] = {
      {part("disconnectCall", string_of("a:1")),
       "disconnectCall  (1): Refused: 400 The params of a part must be an array"},
      {struct_of({{"methodName", string_of("listAllCalls")},
                  {"methodName", string_of("disconnectCall")},
                  {"params", array_of(struct_of({{"ID", string_of("a:1")}}))}}),
       "disconnectCall ID=a:1 (1): Refused: 400 The part has two members methodName"},
      {part("system.multicall", array_of(array_of(struct_of({{"methodName", string_of("disconnectCall")}})))),
       "system.multicall 1 order among 1 part: disconnectCall (1): Refused: 400 A part must not be a "
       "system.multicall"},
  };
  for (const auto& [one, entry] : table) {
    CAPTURE(entry);
    answer_to(multicall_of(one));
    CHECK(written() == entry);
  }
  answer_to(multicall_of(part("listAllCalls", string_of("")) + string_of("disconnectCall")));
  run();
  CHECK(audited.empty());
}

TEST_CASE_FIXTURE(fixture, "a multicall that is refused as a whole has one entry for all orders in it") {
  std::string parts = part("listAllCalls", array_of(""));
  for (int i = 1; i <= 64; ++i)
    parts += hang_up_part("a:" + std::to_string(i));
  CHECK_FALSE(fault_in(answer_to(multicall_of(parts))).empty());
  CHECK(written()
        == "system.multicall 64 orders among 65 parts: disconnectCall ID=a:1; disconnectCall ID=a:2; "
           "disconnectCall ID=a:3; disconnectCall ID=a:4; disconnectCall ID=a:5 (1): Refused: 400 "
           "system.multicall takes at most 64 calls");
  const auto two = "<param>" + array_of(hang_up_part("a:1")) + "</param><param>" + array_of("") + "</param>";
  CHECK_FALSE(fault_in(answer_to(call_of("system.multicall", two))).empty());
  CHECK(written()
        == "system.multicall 1 order among 1 part: disconnectCall ID=a:1 (1): Refused: 400 system.multicall "
           "takes an array of method calls");
  const auto by_4 = log_in("login-4", "secret", multicall_of(hang_up_part(std::string(500, 'x'))));
  CHECK(fault_in(by_4) == "403 API access is not enabled");
  REQUIRE(audited.size() == 1);
  CHECK(audited.front().request->who == customer_id{4});
  CHECK(audited.front().request->target.size() < 400);
  CHECK(contains(written(), "system.multicall 1 order among 1 part: disconnectCall ID=xxx"));
  CHECK(script->disconnects.empty());
}

TEST_CASE_FIXTURE(fixture, "a multicall of lists alone that is refused as a whole leaves no entry") {
  std::string parts;
  for (int i = 0; i < 65; ++i)
    parts += part("listAllCalls", array_of(""));
  CHECK_FALSE(fault_in(answer_to(multicall_of(parts))).empty());
  run();
  CHECK(audited.empty());
}

TEST_CASE_FIXTURE(fixture, "what a refused order names costs the log no more than a few hundred bytes") {
  const std::string much(20'000, 'x');
  answer_to(order("disconnectCall", {{"ID", much}, {"i_customer", "<int>999</int>"}}));
  answer_to(order("disconnectCall", {{much, "1"}}));
  run();
  REQUIRE(audited.size() == 2);
  CHECK(audited[0].request->target.size() < 400);
  CHECK(audited[1].answer->text.size() < 400);
}

TEST_CASE_FIXTURE(fixture,
                  "while the log cannot be written refused orders leave room for calls that were hung up") {
  context->audit.limit(1000);
  context->audit.take_up(501);
  answer_to(order("disconnectCall", {}));
  run();
  CHECK(audited.empty());
  CHECK(context->audit.status().dropped == 1);
  context->audit.release(501);
  answer_to(order("disconnectCall", {}));
  CHECK(written() == "disconnectCall  (1): Refused: 400 Parameter ID is required");
}

} // namespace rollcall::testing::api_refused_orders_test
