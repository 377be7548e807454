#include "api_fixture.hpp"
#include "transport/api/methods.hpp"
#include "transport/api/permission.hpp"
#include "transport/api/who_am_i.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api::api_rights_test {

namespace {

using xmlrpc::structure;

/// What each method needs, as control.md, 6, and contract.md, 5.5, say; empty for nothing.
const std::map<std::string_view, std::string_view> needed_by = {
    {"disconnectAccount", "bulk"},
    {"disconnectCall", "disconnect"},
    {"disconnectCalls", "bulk"},
    {"disconnectCustomer", "bulk"},
    {"drainNode", "bulk"},
    {"findNames", "view"},
    {"forgetNode", "bulk"},
    {"getAccountCallStats", "view"},
    {"getAccountCallStatsCustomer", "view"},
    {"getCallCounts", "view"},
    {"getCallHistory", "view"},
    {"getLimits", "view"},
    {"getNetwork", "view"},
    {"listActiveCalls", "view"},
    {"listAllCalls", "view"},
    {"system.listMethods", ""},
    {"system.methodHelp", ""},
    {"system.methodSignature", ""},
    {"system.multicall", ""},
    {"system.whoAmI", ""},
};

/// The call with a change to what it is made of.
invocation with(invocation call, const std::function<void(session&)>& change) {
  auto other = std::make_shared<session>(*call.session);
  change(*other);
  call.session = std::move(other);
  return call;
}

/// A call by customer 2 with these rights.
invocation call_with(rights may, std::string_view name) {
  return with(call_by(2, std::string{name}, {}), [&](session& s) { s.who.login->may = may; });
}

rights all_but(std::string_view name) {
  rights some;
  for (const auto& [each, its_name] : right_names)
    if (its_name != name)
      some.add(each);
  return some;
}

rights only(std::string_view name) {
  rights one;
  for (const auto& [each, its_name] : right_names)
    if (its_name == name)
      one.add(each);
  return one;
}

/// The text of the fault; empty for none.
std::string refusal(const invocation& call, std::string_view name) {
  const auto* of = find_method(name);
  REQUIRE(of);
  const auto why = missing_right(call, *of);
  CHECK((!why || why->code == xmlrpc::fault_code::forbidden));
  return why ? why->text : std::string{};
}

const std::string no_view = "The right 'view' is missing";
const std::string no_disconnect = "The right 'disconnect' is missing";
const std::string no_bulk = "The right 'bulk' is missing";

/// Customer 1 may only see, 2 neither see nor hang up many, and 3 nothing; 4 has no access. A second login of
/// customer 3 has all rights.
directory_ptr limited_directory() {
  auto entries = sample_directory()->entries();
  for (auto& each : entries.customers) {
    if (each.id == customer_id{1})
      each.api_rights = rights{right::view};
    if (each.id == customer_id{2})
      each.api_rights = rights{right::disconnect};
    if (each.id == customer_id{3}) {
      each.api_rights = rights{};
      each.logins.push_back({"night-desk", {"md5", "sha256"}, rights::all()});
    }
    if (each.id == customer_id{4})
      each.api_access = false;
  }
  return directory::link(std::move(entries));
}

std::string trusted_refusal(std::string_view method, structure members) {
  const auto call = with(call_by(0, std::string{method}, std::move(members)), [](session& s) {
    auto by = std::make_shared<settings>(*s.settings);
    by->directory = limited_directory();
    s.settings = std::move(by);
  });
  return refusal(call, method);
}

std::string told_by_who_am_i(invocation call) {
  call.params.clear();
  std::string told;
  who_am_i.run(std::make_shared<const invocation>(std::move(call)), [&](outcome result) {
    REQUIRE(result);
    told = drained(result->value);
  });
  return told;
}

std::string rights_told(const std::vector<std::string>& names) {
  std::string value;
  xmlrpc::writer w{value};
  w.begin_struct().begin_member("rights").begin_array();
  for (const auto& name : names)
    w.text(name);
  w.end_array().end_member();
  value.erase(0, value.find("<name>rights"));
  return value;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("every method says which right it needs") {
  CHECK(methods().size() == needed_by.size());
  for (const auto* each : methods()) {
    CAPTURE(each->name);
    const auto needed = needed_by.find(each->name);
    REQUIRE(needed != needed_by.end());
    const auto said = each->needs.value();
    CHECK((said ? name_of(*said) : std::string_view{}) == needed->second);
    CHECK(said.has_value() == !each->name.starts_with("system."));
  }
}

TEST_CASE("every method is refused to a login that lacks its right alone, and not to one that has it alone") {
  for (const auto* each : methods()) {
    CAPTURE(each->name);
    const auto needed = needed_by.at(each->name);
    const auto refused =
        needed.empty() ? std::string{} : "The right '" + std::string{needed} + "' is missing";
    CHECK(refusal(call_with(rights{}, each->name), each->name) == refused);
    CHECK(refusal(call_with(all_but(needed), each->name), each->name) == refused);
    CHECK(refusal(call_with(only(needed), each->name), each->name).empty());
    CHECK(refusal(call_with(rights::all(), each->name), each->name).empty());
  }
}

TEST_CASE("a customer that is granted nothing particular may do what it may with the vendor") {
  for (const auto* each : methods())
    CHECK(refusal(call_by(2, std::string{each->name}, {}), each->name).empty());
}

TEST_CASE("a login lacks its right whatever else is wrong with what it sends") {
  auto call = call_with(rights{}, "disconnectAccount");
  for (auto params : {xmlrpc::array{}, xmlrpc::array{number(1), number(2)},
                      xmlrpc::array{{structure{{"i_customer", number(999)}, {"x", number(1)}}}}}) {
    call.params = std::move(params);
    CHECK(refusal(call, "disconnectAccount") == no_bulk);
  }
}

TEST_CASE("a trusted request has the rights of the customer that it names") {
  const auto by = [](std::int64_t customer) { return structure{{"i_customer", number(customer)}}; };
  CHECK(trusted_refusal("listAllCalls", by(1)).empty());
  CHECK(trusted_refusal("listAllCalls", by(2)) == no_view);
  CHECK(trusted_refusal("disconnectCall", by(1)) == no_disconnect);
  CHECK(trusted_refusal("disconnectCall", by(2)).empty());
  CHECK(trusted_refusal("disconnectAccount", by(2)) == no_bulk);
  CHECK(trusted_refusal("disconnectCalls", by(2)) == no_bulk);
  CHECK(trusted_refusal("disconnectCalls", by(10)).empty());
  CHECK(trusted_refusal("getNetwork", {{"i_customer", text("2")}}) == no_view); // ids come as texts, too
}

TEST_CASE("for a trusted request neither the rights of single logins nor api_access matter") {
  CHECK(trusted_refusal("listAllCalls", {{"i_customer", number(3)}}) == no_view);
  CHECK(trusted_refusal("disconnectAccount", {{"i_customer", number(4)}}).empty());
}

TEST_CASE("of disconnectCustomer in trusted mode the rights are those of i_wholesaler, not of the target") {
  const auto order = [](std::int64_t target, std::int64_t by) {
    return structure{{"i_customer", number(target)}, {"i_wholesaler", number(by)}};
  };
  CHECK(trusted_refusal("disconnectCustomer", order(4, 2)) == no_bulk);
  CHECK(trusted_refusal("disconnectCustomer", order(3, 10)).empty());
}

TEST_CASE("a trusted request that names nobody has the rights of the root customer whose scope it has") {
  CHECK(trusted_refusal("disconnectCall", {{"ID", text("a:1")}}) == no_disconnect);
  CHECK(trusted_refusal("getAccountCallStats", {}).empty());
  CHECK(trusted_refusal("disconnectCustomer", {{"i_customer", number(4)}, {"i_wholesaler", text("")}})
        == no_bulk);
  CHECK(refusal(call_by(0, "disconnectCall", {{"ID", text("a:1")}}), "disconnectCall").empty());
}

TEST_CASE("what names no customer of a trusted request is left to the method to refuse") {
  CHECK(trusted_refusal("disconnectAccount", {{"i_customer", number(999)}}).empty());
  CHECK(trusted_refusal("disconnectAccount", {{"i_customer", text("x")}}).empty());
  CHECK(trusted_refusal("disconnectAccount", {{"x", number(1)}}).empty());
}

TEST_CASE("a trusted request about nodes names no customer") {
  CHECK(trusted_refusal("drainNode", {{"node_id", text("node-b")}}).empty());
  CHECK(trusted_refusal("forgetNode", {{"node_id", text("node-b")}}).empty());
}

TEST_CASE("whoAmI tells the rights that the caller has, in one order") {
  const auto usual = rights_told({"view", "disconnect", "bulk"});
  const auto all = rights_told({"view", "disconnect", "bulk", "quarantine"});
  const auto told = [](rights may) { return told_by_who_am_i(call_with(may, "system.whoAmI")); };
  CHECK(has(told({}), rights_told({})));
  CHECK(has(told({right::bulk, right::view}), rights_told({"view", "bulk"})));
  CHECK(has(told_by_who_am_i(call_by(2, "system.whoAmI", {})), usual));
  CHECK(has(told_by_who_am_i(call_by(1, "system.whoAmI", {})), all)); // a root customer
  CHECK(has(told_by_who_am_i(call_by(0, "system.whoAmI", {})), all)); // trusted
}

TEST_CASE("whoAmI tells the name by which somebody has logged in, and of which customer it is") {
  const auto call = with(call_by(3, "system.whoAmI", {}), [](session& s) {
    auto by = std::make_shared<settings>(*s.settings);
    by->directory = limited_directory();
    s.who.login = by->directory->find_login("night-desk");
    s.settings = std::move(by);
  });
  const auto told = told_by_who_am_i(call);
  CHECK(has(told, "<string>night-desk</string>"));
  CHECK_FALSE(has(told, "login-3"));
  CHECK(has(told, "<int>3</int>"));
}

TEST_CASE("the help of a method ends with the right that it needs") {
  const auto help = [](std::string_view name) {
    auto call = call_by(2, "system.methodHelp", {});
    call.params = {text(std::string{name})};
    std::string told;
    find_method("system.methodHelp")
        ->run(std::make_shared<const invocation>(std::move(call)), [&](outcome result) {
          REQUIRE(result);
          told = drained(result->value);
        });
    return told;
  };
  CHECK(has(help("disconnectCalls"), "Needs the right 'bulk'."));
  CHECK_FALSE(has(help("system.whoAmI"), "Needs the right"));
}

} // namespace rollcall::api::api_rights_test
