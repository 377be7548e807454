#include "api_fixture.hpp"
#include "directory_entries.hpp"
#include "transport/api/methods.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing::api_rights_test {

namespace {

/// Customer 2 has two logins more, each with the password `night`: `night-desk` may look and hang up single
/// calls, `blind` may do nothing.
struct fixture : api_fixture {
  fixture() {
    serve([](directory_entries&) {});
  }

  static login login_of(const std::string& name, rights may) {
    using http::digest_algorithm;
    return {name,
            {http::password_hash(digest_algorithm::md5, name, realm, "night"),
             http::password_hash(digest_algorithm::sha256, name, realm, "night")},
            may};
  }

  /// From now on by this directory with a change.
  void serve(const std::function<void(directory_entries&)>& change) {
    auto e = entries();
    customer_in(e, 2).logins = {login_of("night-desk", {right::view, right::disconnect}),
                                login_of("blind", {})};
    change(e);
    auto by = settings();
    by.directory = directory::link(std::move(e));
    by.requests_at_once = requests_at_once;
    endpoint->change(std::move(by));
  }

  http::response by(const std::string& name, std::string body) {
    return log_in(name, name.starts_with("login-") ? "secret" : "night", std::move(body));
  }

  std::string fault_by(const std::string& name, std::string body) {
    return fault_in(by(name, std::move(body)));
  }

  /// The one entry that was written since the last time, as `login of customer: method target (scope):
  /// answer`.
  std::string written() {
    run();
    REQUIRE(audited.size() == 1);
    const auto one = std::exchange(audited, {}).front();
    const auto& asked = *one.request;
    REQUIRE(one.answer);
    return (asked.trusted ? "trusted" : asked.login + " of " + std::to_string(asked.who.value())) + ": "
           + asked.method + ' ' + asked.target + " (" + std::to_string(asked.scope.value())
           + "): " + one.answer->text;
  }

  /// True while the frontend has been asked for nothing.
  bool nothing_asked() const {
    return script->lists.empty() && script->stats.empty() && script->previews.empty()
           && script->disconnects.empty() && script->node_orders.empty() && script->histories.empty();
  }

  std::size_t requests_at_once = 64;
};

std::string order(const std::string& method,
                  const std::vector<std::pair<std::string, std::string>>& members) {
  return fixture::call_of(method, fixture::structure(members));
}

const std::string own_list = fixture::call_of("listAllCalls");
const std::string one_call = order("disconnectCall", {{"ID", "a:1"}});
const std::string account_22 = order("disconnectAccount", {{"i_account", "<int>22</int>"}});
const std::string no_bulk = "403 The right 'bulk' is missing";

} // namespace

TEST_CASE_FIXTURE(fixture, "whoever lacks all rights is refused every method but those of the system") {
  for (const auto name : api::method_names()) {
    const std::string method{name};
    CAPTURE(method);
    const auto refused = fault_by("blind", call_of(method));
    if (method.starts_with("system."))
      CHECK_FALSE(contains(refused, "403"));
    else
      CHECK(contains(refused, "403 The right '"));
  }
  CHECK(nothing_asked());
}

TEST_CASE_FIXTURE(fixture, "a login has the scope of its customer, and its own rights") {
  CHECK(by("night-desk", own_list).status == 200);
  REQUIRE(script->lists.size() == 1);
  CHECK(script->lists[0].query.scope == customer_id{2});
  CHECK(fault_by("night-desk", order("listAllCalls", {{"i_customer", "<int>1</int>"}}))
        == "401 Wrong i_customer");
  CHECK(fault_by("night-desk", one_call).empty());
  CHECK(fault_by("night-desk", account_22) == no_bulk);
  CHECK(fault_by("night-desk", order("disconnectCustomer", {{"i_customer", "<int>3</int>"}})) == no_bulk);
  CHECK(script->disconnects.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "the customer's own login keeps the customer's rights") {
  CHECK(fault_by("login-2", account_22).empty());
  CHECK(script->disconnects.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a login without rights of its own has those of its customer") {
  serve([](directory_entries& e) {
    auto& of = customer_in(e, 2);
    of.api_rights = rights{right::view};
    of.logins = {login_of("night-desk", {})};
    of.logins[0].api_rights.reset();
  });
  CHECK(fault_by("night-desk", own_list).empty());
  CHECK(fault_by("night-desk", one_call) == "403 The right 'disconnect' is missing");
  CHECK(fault_by("login-2", one_call) == "403 The right 'disconnect' is missing");
}

TEST_CASE_FIXTURE(fixture, "a login of a customer without access has none") {
  serve([](directory_entries& e) { customer_in(e, 2).api_access = false; });
  CHECK(fault_by("night-desk", own_list) == "403 API access is not enabled");
}

TEST_CASE_FIXTURE(fixture,
                  "the audit log names the login, of an order that is sent and of one that is refused") {
  CHECK(fault_by("night-desk", one_call).empty());
  REQUIRE(script->disconnects.size() == 1);
  CHECK(script->disconnects[0].audit.login == "night-desk");
  CHECK(script->disconnects[0].audit.who == customer_id{2});
  CHECK(fault_by("night-desk", account_22) == no_bulk);
  CHECK(written()
        == "night-desk of 2: disconnectAccount i_account=22 (2): Refused: 403 The right 'bulk' is missing");
  CHECK(contains(fault_by("blind", own_list), "403"));
  run();
  CHECK(audited.empty());
}

TEST_CASE_FIXTURE(fixture, "a right is missing whatever the order names, known or not") {
  for (const auto* account : {"<int>22</int>", "<int>999</int>", "x", ""})
    CHECK(fault_by("night-desk", order("disconnectAccount", {{"i_account", account}})) == no_bulk);
  CHECK(fault_by("night-desk", order("disconnectAccount", {{"x", "1"}})) == no_bulk);
  CHECK(nothing_asked());
}

TEST_CASE_FIXTURE(fixture, "a dry run needs the right of its method") {
  const std::pair<std::string, std::string> dry{"dry_run", "<boolean>1</boolean>"};
  CHECK(fault_by("night-desk", order("disconnectAccount", {{"i_account", "<int>22</int>"}, dry})) == no_bulk);
  CHECK(script->previews.empty());
  CHECK(fault_by("night-desk", order("disconnectCall", {{"ID", "a:1"}, dry})).empty());
  CHECK(script->previews.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "each part of a multicall needs its own right") {
  const auto part = [](const std::string& method, const std::string& name, const std::string& value) {
    return "<value><struct><member><name>methodName</name><value>" + method
           + "</value></member><member><name>params</name><value><array><data><value><struct><member><name>"
           + name + "</name><value>" + value
           + "</value></member></struct></value></data></array></value></member></struct></value>";
  };
  const auto told = text_of(
      by("night-desk",
         call_of("system.multicall",
                 "<param><value><array><data>" + part("disconnectAccount", "i_account", "<int>22</int>")
                     + part("disconnectCall", "ID", "a:1") + "</data></array></value></param>")));
  CHECK(contains(told, "The right 'bulk' is missing"));
  REQUIRE(script->disconnects.size() == 1);
  CHECK(script->disconnects[0].call == call_id{"a:1"});
  CHECK(written()
        == "night-desk of 2: disconnectAccount i_account=22 (2): Refused: 403 The right 'bulk' is missing");
}

TEST_CASE_FIXTURE(fixture, "a trusted request has the rights of the customer that it names") {
  serve([](directory_entries& e) {
    customer_in(e, 2).api_rights = rights{right::view};
    customer_in(e, 2).api_access = false;
  });
  const auto by_2 = [](const std::string& method, std::vector<std::pair<std::string, std::string>> members) {
    members.emplace_back("i_customer", "<int>2</int>");
    return order(method, members);
  };
  CHECK(fault_in(answer_to(by_2("listAllCalls", {}))).empty());
  CHECK(fault_in(answer_to(by_2("disconnectAccount", {{"i_account", "<int>22</int>"}}))) == no_bulk);
  CHECK(written()
        == "trusted: disconnectAccount i_account=22, i_customer=2 (2): Refused: 403 The right 'bulk' is "
           "missing");
  CHECK(fault_in(answer_to(
            order("disconnectCustomer", {{"i_customer", "<int>3</int>"}, {"i_wholesaler", "<int>2</int>"}})))
        == no_bulk);
  CHECK(script->disconnects.empty());
  audited.clear();
  CHECK(fault_in(answer_to(
            order("disconnectAccount", {{"i_account", "<int>22</int>"}, {"i_customer", "<int>999</int>"}})))
        == "401 Wrong i_customer");
  CHECK(fault_in(answer_to(account_22)).empty()); // the root customer's
  CHECK(script->disconnects.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "other rights hold for the next request") {
  CHECK(fault_by("night-desk", account_22) == no_bulk);
  serve([](directory_entries& e) { customer_in(e, 2).logins[0].api_rights = rights{right::bulk}; });
  CHECK(fault_by("night-desk", account_22).empty());
  CHECK(fault_by("night-desk", own_list) == "403 The right 'view' is missing");
  serve([](directory_entries& e) { customer_in(e, 2).logins.clear(); });
  CHECK(by("night-desk", own_list).status == 401);
}

TEST_CASE_FIXTURE(fixture, "only the root customer with the right may take a node away") {
  const auto drain = order("drainNode", {{"node_id", "node-b"}});
  serve([](directory_entries& e) {
    customer_in(e, 1).logins = {login_of("day-desk", {right::view, right::disconnect, right::quarantine})};
  });
  CHECK(fault_by("day-desk", drain) == no_bulk);
  CHECK(fault_by("login-2", drain) == "403 Only the root customer may call this method");
  CHECK(script->node_orders.empty());
  CHECK(fault_by("login-1", drain).empty());
  CHECK(script->node_orders.size() == 1);
}

TEST_CASE_FIXTURE(fixture, "wrong passwords of one login brake none of the others of its customer") {
  for (auto i = 0; i < 10; ++i)
    CHECK(log_in("night-desk", "guess", own_list).status == 401);
  CHECK(by("night-desk", own_list).status == 429);
  CHECK(by("login-2", own_list).status == 200);
  CHECK(fault_by("blind", own_list) == "403 The right 'view' is missing");
}

TEST_CASE_FIXTURE(fixture, "how much may be asked at once is the customer's, whoever of it asks") {
  requests_at_once = 1;
  serve([](directory_entries&) {});
  script->silent = true;
  const auto challenged = answer_to(request("", "192.0.2.9"));
  auto first = request(own_list);
  first.fields.emplace_back("Authorization",
                            authorization(header(challenged, "WWW-Authenticate"), "login-2", "secret"));
  send(std::move(first));
  run();
  CHECK(answers.empty());
  CHECK(fault_by("night-desk", own_list) == "429 Too many requests at once");
  advance(6s);
  CHECK(taken().status == 200); // a fault: the frontend kept silent
}

} // namespace rollcall::testing::api_rights_test
