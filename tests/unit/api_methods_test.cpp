#include "api_fixture.hpp"
#include "transport/api/account_stats.hpp"
#include "transport/api/disconnect_account.hpp"
#include "transport/api/disconnect_call.hpp"
#include "transport/api/disconnect_customer.hpp"
#include "transport/api/list_calls.hpp"
#include "transport/api/methods.hpp"
#include "transport/api/node_methods.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace rollcall::api::api_methods_test {

namespace {

using xmlrpc::fault;
using xmlrpc::fault_code;
using xmlrpc::structure;

fault bad(std::string said) { return {fault_code::bad_parameter, std::move(said)}; }

fault list_fault(std::int64_t login, structure members) {
  return why(parse_list(call_by(login, "listAllCalls", std::move(members)), false));
}

cluster_stats_answer counts_of(std::initializer_list<std::array<std::uint32_t, 4>> rows) {
  cluster_stats_answer all;
  const auto* source = interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}});
  for (const auto& [environment, account, ar_complete, connected] : rows) {
    account_stats one;
    one.account = {environment_id{environment}, account_id{account}};
    auto& states = one.counts.of(*source);
    states[call_state::ar_complete] = ar_complete;
    states[call_state::connected] = connected;
    states[call_state::idle] = 5;
    all.accounts.push_back(one);
  }
  return all;
}

} // namespace

TEST_CASE("methods are in the order of their names and found by them") {
  const auto names = method_names();
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  for (const auto* one : methods()) {
    CHECK(find_method(one->name) == one);
    CHECK(one->help.size() > 20);
    for (const auto parameter : one->takes.own)
      CHECK_MESSAGE((one == &list_active_calls || one->help.find(parameter) != std::string_view::npos),
                    parameter);
  }
  CHECK(find_method("listallcalls") == nullptr);
  CHECK(find_method("") == nullptr);
}

TEST_CASE("a list refuses contradictory parameters") {
  CHECK(list_fault(0, {}) == bad("Parameter i_customer is required"));
  CHECK(list_fault(2, {{"i_custmer", number(1)}})
            .text.starts_with("Unknown parameter i_custmer; listAllCalls takes"));
  CHECK(list_fault(2, {{"recursive", number(2)}}) == bad("Parameter recursive must be a boolean"));
  CHECK(list_fault(2, {{"offset", number(-1)}}) == bad("Parameter offset must not be negative"));
  CHECK(list_fault(2, {{"limit", text("x")}}) == bad("Parameter limit must be an integer"));
  CHECK(list_fault(2, {{"node_id", number(1)}}) == bad("Parameter node_id must be a string"));
  CHECK(list_fault(2, {{"order", number(1)}}) == bad("Parameter order must be a string"));
  for (const std::string order : {"newest", "OLDEST_FIRST", "oldest_first "})
    CHECK(list_fault(2, {{"order", text(order)}})
          == bad("Parameter order must be one of oldest_first, oldest_last, longest_first, longest_last"));
}

TEST_CASE("parameters are checked before the scope") {
  CHECK(list_fault(2, {{"i_customer", number(1)}}) == xmlrpc::wrong_id("i_customer"));
  CHECK(list_fault(2, {{"i_customer", number(1)}, {"limit", text("x")}})
        == bad("Parameter limit must be an integer"));
  CHECK(why(parse_disconnect_account(call_by(2, "disconnectAccount", {{"i_customer", number(1)}})))
        == bad("Parameter i_account is required"));
  CHECK(why(parse_stats(call_by(2, "getAccountCallStats", {{"x", number(1)}})))
        == bad("Unknown parameter x; getAccountCallStats takes envelope"));
}

TEST_CASE("a list without parameters is that of the caller, recursive, oldest first") {
  const auto request = parse_list(call_by(2, "listAllCalls", {}), false);
  REQUIRE(request);
  CHECK(request->request.query.scope == customer_id{2});
  CHECK(request->request.query.recursive);
  CHECK_FALSE(request->request.query.active_only);
  CHECK_FALSE(request->request.query.account);
  CHECK_FALSE(request->request.query.filter.vendor);
  CHECK_FALSE(request->request.query.filter.connection);
  CHECK_FALSE(request->request.query.filter.node);
  CHECK(request->request.query.order == call_order::oldest_first);
  CHECK(request->request.query.offset == 0);
  CHECK_FALSE(request->request.query.limit);
}

TEST_CASE("a list takes each of its parameters") {
  const auto call = call_by(0, "listActiveCalls",
                            {{"i_customer", text("3")},
                             {"recursive", {false}},
                             {"i_account", number(31)},
                             {"i_vendor", number(1)},
                             {"i_connection", number(2)},
                             {"order", text("longest_last")},
                             {"node_id", text("node-b")},
                             {"offset", number(10)},
                             {"limit", number(0)}});
  const auto request = parse_list(call, true);
  REQUIRE(request);
  CHECK(request->request.directory == call.settings().directory);
  const auto& query = request->request.query;
  CHECK(query.scope == customer_id{3});
  CHECK_FALSE(query.recursive);
  CHECK(query.active_only);
  CHECK(query.account == account_id{31});
  CHECK(query.filter.vendor == vendor_id{1});
  CHECK(query.filter.connection == connection_id{2});
  CHECK(query.order == call_order::longest_last);
  CHECK(query.filter.node == node_id{"node-b"});
  CHECK(query.offset == 10);
  CHECK(query.limit == 0);
}

TEST_CASE("each order is known by its name") {
  for (std::size_t i = 0; i < call_order_names.size(); ++i) {
    const auto request =
        parse_list(call_by(2, "listAllCalls", {{"order", text(std::string{call_order_names[i]})}}), false);
    REQUIRE(request);
    CHECK(request->request.query.order == static_cast<call_order>(i));
  }
}

TEST_CASE("the stats of the whole switch are for a root customer only") {
  const auto fault_for = [](std::int64_t login, structure members) {
    return why(parse_stats(call_by(login, "getAccountCallStats", std::move(members))));
  };
  const fault forbidden{fault_code::forbidden, "Only the root customer may call this method"};
  CHECK(fault_for(2, {}) == forbidden);
  CHECK(fault_for(1, {{"i_customer", number(2)}}) == forbidden);
  CHECK(fault_for(0, {{"i_customer", number(2)}}) == forbidden);
  CHECK(fault_for(0, {{"i_customer", number(99)}}) == xmlrpc::wrong_id("i_customer"));
  for (const auto login : {0, 1}) {
    const auto request = parse_stats(call_by(login, "getAccountCallStats", {}));
    REQUIRE(request);
    CHECK(request->request.scope == customer_id{1});
    CHECK_FALSE(request->request.recursive);
  }
  CHECK(parse_stats(call_by(0, "getAccountCallStats", {{"i_customer", number(10)}}))->request.scope
        == customer_id{10});
}

TEST_CASE("the stats of a customer are those of its own accounts unless told otherwise") {
  CHECK(why(parse_customer_stats(call_by(0, "m", {}))) == bad("Parameter i_customer is required"));
  const auto own = parse_customer_stats(call_by(2, "m", {}));
  REQUIRE(own);
  CHECK(own->request.scope == customer_id{2});
  CHECK_FALSE(own->request.recursive);
  const auto below =
      parse_customer_stats(call_by(2, "m", {{"i_customer", number(3)}, {"recursive", number(1)}}));
  REQUIRE(below);
  CHECK(below->request.scope == customer_id{3});
  CHECK(below->request.recursive);
}

TEST_CASE("stats leave out accounts without active calls, sum environments, and go by number") {
  const auto rendered =
      render_stats(counts_of({{1, 30, 1, 2}, {1, 40, 0, 0}, {2, 4, 0, 1}, {2, 30, 0, 4}}), false, nullptr);
  CHECK(rendered.covers);
  // xmlrpc.client.dumps(({'result': 'OK', 'data': {'4': [1, 1], '30': [7, 6]}},), methodresponse=True)
  CHECK(drained(rendered.value) == R"(<value><struct>
<member>
<name>result</name>
<value><string>OK</string></value>
</member>
<member>
<name>data</name>
<value><struct>
<member>
<name>4</name>
<value><array><data>
<value><int>1</int></value>
<value><int>1</int></value>
</data></array></value>
</member>
<member>
<name>30</name>
<value><array><data>
<value><int>7</int></value>
<value><int>6</int></value>
</data></array></value>
</member>
</struct></value>
</member>
</struct></value>
)");
}

TEST_CASE("accounts whose number no int holds are counted together, as lists show them") {
  auto all = counts_of({{1, 30, 0, 1}, {1, 0, 0, 2}, {1, 1, 0, 4}});
  all.accounts[2].account.account = account_id{std::int64_t{1} << 33};
  const auto rendered = drained(render_stats(all, false, nullptr).value);
  CHECK(rendered.find("<name>0</name>\n<value><array><data>\n<value><int>6</int></value>")
        != std::string::npos);
  CHECK(rendered.find("8589934592") == std::string::npos);
}

TEST_CASE("stats of very many accounts come in pieces") {
  cluster_stats_answer all;
  const auto* source = interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}});
  for (std::int64_t i = 0; i < 5000; ++i) {
    account_stats one;
    one.account = {environment_id{1}, account_id{i}};
    one.counts.of(*source)[call_state::connected] = 1;
    all.accounts.push_back(one);
  }
  const auto rendered = render_stats(all, false, nullptr);
  std::string first;
  CHECK(std::get<std::unique_ptr<http::body_source>>(rendered.value)->next(first));
  CHECK(first.size() < 2 * xmlrpc::piece_size);
  const auto rest = drained(rendered.value);
  CHECK(rest.ends_with("</struct></value>\n</member>\n</struct></value>\n"));
  CHECK(rest.find("<name>4999</name>") != std::string::npos);
}

TEST_CASE("a call to hang up is named by its ID, which may be any text") {
  CHECK(why(parse_disconnect_call(call_by(0, "disconnectCall", {}))) == bad("Parameter ID is required"));
  CHECK(why(parse_disconnect_call(call_by(0, "disconnectCall", {{"ID", {true}}})))
        == bad("Parameter ID must be a string"));
  CHECK(why(parse_disconnect_call(call_by(0, "disconnectCall", {{"ID", text("")}})))
        == bad("Parameter ID is required"));
  CHECK(parse_disconnect_call(call_by(0, "disconnectCall", {{"ID", number(960)}}))->call == call_id{"960"});
  CHECK(why(parse_disconnect_call(call_by(0, "disconnectCall", {{"i_call", number(1)}})))
        == bad("Unknown parameter i_call; disconnectCall takes ID, dry_run, confirm, max_calls, reason"));
  for (const std::string id : {"sbc-1:9", "<>"}) {
    const auto request = parse_disconnect_call(call_by(2, "disconnectCall", {{"ID", text(id)}}));
    REQUIRE(request);
    CHECK(request->call == call_id{id});
    CHECK(request->scope == customer_id{2});
    CHECK_FALSE(request->account);
    CHECK_FALSE(request->customer);
  }
}

TEST_CASE("an account that is unknown and one that is out of scope are refused alike") {
  for (const auto account : {999, 11, 41, 101, 0, -1})
    CHECK(why(parse_disconnect_account(call_by(2, "disconnectAccount", {{"i_account", number(account)}})))
          == xmlrpc::wrong_id("i_account"));
  for (const auto account : {21, 31}) {
    const auto request =
        parse_disconnect_account(call_by(2, "disconnectAccount", {{"i_account", number(account)}}));
    REQUIRE(request);
    CHECK(request->account == account_id{account});
    CHECK(request->scope == customer_id{2});
  }
}

TEST_CASE("a root customer may name an account that the directory does not know, by number or by username") {
  const auto parsed = [](std::int64_t login, structure members) {
    return parse_disconnect_account(call_by(login, "disconnectAccount", std::move(members)));
  };
  for (const auto login : {0, 1}) {
    CHECK(parsed(login, {{"i_account", number(999)}})->account == account_id{999});
    CHECK(parsed(login, {{"i_account", number(101)}})->account == account_id{101}); // of another environment
    for (const auto nobody : {0, -1})
      CHECK(why(parsed(login, {{"i_account", number(nobody)}})) == xmlrpc::wrong_id("i_account"));
    const auto known = parsed(login, {{"account", text("user-3")}});
    REQUIRE(known);
    CHECK(known->account == account_id{31});
    CHECK(known->audit.target == "account=user-3");
    const auto stranger = parsed(login, {{"account", text("stranger")}});
    REQUIRE(stranger);
    CHECK_FALSE(stranger->account);
    CHECK(stranger->account_name == "stranger");
  }
  for (const std::string nobody : {"user-1", "user-4", "user-10", "stranger"})
    CHECK(why(parsed(2, {{"account", text(nobody)}})) == xmlrpc::wrong_id("account"));
  // narrowed to a reseller a root is one
  CHECK(why(parsed(1, {{"i_customer", number(2)}, {"i_account", number(999)}}))
        == xmlrpc::wrong_id("i_account"));
  CHECK(why(parsed(1, {{"account", text("")}})) == bad("Parameter account is required"));
  CHECK(why(parsed(1, {{"account", number(31)}})) == bad("Parameter account must be a string"));
  CHECK(why(parsed(1, {{"account", text("user-3")}, {"i_account", number(31)}}))
        == bad("Parameters i_account and account exclude each other"));
  CHECK(why(parsed(1, {})) == bad("Parameter i_account is required"));
}

TEST_CASE("an unknown username that is cut to fit is refused, for other calls may have the same one") {
  const auto many = {std::string{"str\xEF\xBF\xBDnger"}, std::string(513, 's')};
  for (const auto& name : many) {
    CHECK(why(parse_disconnect_account(call_by(1, "disconnectAccount", {{"account", text(name)}})))
          == xmlrpc::wrong_id("account"));
    const auto list = parse_list(call_by(1, "listAllCalls", {{"account", text(name)}}), false);
    REQUIRE(list);
    CHECK(list->request.query.account == account_id{});
    CHECK_FALSE(list->request.query.account_name);
  }
}

TEST_CASE("a list of an account by its username is that of its number, and of nobody where there is none") {
  const auto query = [](std::int64_t login, structure members) {
    const auto request = parse_list(call_by(login, "listAllCalls", std::move(members)), false);
    REQUIRE(request);
    return request->request.query;
  };
  CHECK(query(2, {{"account", text("user-3")}}).account == account_id{31});
  CHECK(query(2, {{"account", text("user-3")}, {"i_account", number(31)}}).account == account_id{31});
  CHECK(query(2, {{"account", text("user-3")}, {"i_account", number(21)}}).account == account_id{});
  CHECK_FALSE(query(2, {{"account", text("")}}).account);
  for (const std::string nobody : {"user-1", "stranger"}) {
    CHECK(query(2, {{"account", text(nobody)}}).account == account_id{});
    CHECK_FALSE(query(2, {{"account", text(nobody)}}).account_name);
  }
  CHECK(query(1, {{"account", text("stranger")}}).account_name == "stranger");
  CHECK(query(1, {{"account", text("stranger")}, {"i_account", number(999)}}).account == account_id{});
}

TEST_CASE("a customer to hang up is the scope or below, and i_wholesaler narrows the scope") {
  const auto fault_for = [](std::int64_t login, structure members) {
    return why(parse_disconnect_customer(call_by(login, "disconnectCustomer", std::move(members))));
  };
  CHECK(fault_for(0, {}) == bad("Parameter i_customer is required"));
  CHECK(fault_for(2, {{"i_customer", number(1)}}) == xmlrpc::wrong_id("i_customer"));
  CHECK(fault_for(2, {{"i_customer", number(999)}}) == xmlrpc::wrong_id("i_customer"));
  CHECK(fault_for(0, {{"i_customer", number(10)}}) == xmlrpc::wrong_id("i_customer"));
  CHECK(fault_for(2, {{"i_customer", number(2)}, {"i_wholesaler", number(3)}})
        == xmlrpc::wrong_id("i_customer"));
  CHECK(fault_for(2, {{"i_customer", number(3)}, {"i_wholesaler", number(1)}})
        == xmlrpc::wrong_id("i_wholesaler"));
  const auto request = parse_disconnect_customer(
      call_by(0, "disconnectCustomer", {{"i_customer", number(3)}, {"i_wholesaler", number(2)}}));
  REQUIRE(request);
  CHECK(request->customer == customer_id{3});
  CHECK(request->scope == customer_id{2});
}

TEST_CASE("nodes are the first root customer's to take away, and trusted requests' of the same machine") {
  const auto fault_for = [](std::int64_t login, structure members, const char* address) {
    auto call = call_by(login, "drainNode", std::move(members));
    auto session = std::make_shared<api::session>(*call.session);
    session->who.address = address;
    call.session = std::move(session);
    return why(parse_node_order(call, node_order::kind::drain));
  };
  const fault forbidden{fault_code::forbidden, "Only the root customer may call this method"};
  const fault none{fault_code::internal, "(no fault)"};
  const structure node{{"node_id", text("node-b")}};
  CHECK(fault_for(1, {}, "127.0.0.1") == bad("Parameter node_id is required"));
  CHECK(fault_for(1, node, "192.0.2.1") == none);
  CHECK(fault_for(2, node, "127.0.0.1") == forbidden);
  CHECK(fault_for(10, node, "127.0.0.1") == forbidden); // of another environment
  CHECK(fault_for(0, node, "127.0.0.1") == none);
  CHECK(fault_for(0, node, "::1") == none);
  CHECK(fault_for(0, node, "192.0.2.1") == forbidden);
  CHECK(fault_for(0, node, "") == forbidden);
  const auto order = parse_node_order(call_by(1, "drainNode", structure{node}), node_order::kind::drain);
  REQUIRE(order);
  CHECK(order->node == "node-b");
  CHECK(order->audit.target == "node_id=node-b");
  CHECK(order->audit.who == customer_id{1});
}

TEST_CASE("the audit log is told who asks, from where, and for what") {
  const auto normal = parse_disconnect_account(call_by(2, "disconnectAccount", {{"i_account", number(31)}}));
  REQUIRE(normal);
  CHECK(normal->audit.who == customer_id{2});
  CHECK(normal->audit.login == "login-2");
  CHECK(normal->audit.address == "192.0.2.1");
  CHECK_FALSE(normal->audit.trusted);
  CHECK(normal->audit.method == "disconnectAccount");
  CHECK(normal->audit.target == "i_account=31");
  CHECK(normal->audit.scope == customer_id{2});
  CHECK(normal->audit.when != timestamp{});

  const auto trusted =
      parse_disconnect_call(call_by(0, "disconnectCall", {{"ID", text("a:1")}, {"i_customer", number(3)}}));
  REQUIRE(trusted);
  CHECK_FALSE(trusted->audit.who.known());
  CHECK(trusted->audit.login.empty());
  CHECK(trusted->audit.trusted);
  CHECK(trusted->audit.target == "ID=a:1");
  CHECK(trusted->audit.scope == customer_id{3});
}

} // namespace rollcall::api::api_methods_test
