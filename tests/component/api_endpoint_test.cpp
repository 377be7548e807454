#include "api_fixture.hpp"
#include "domain/calls/switch_identity.hpp"
#include "transport/api/endpoint.hpp"

#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing::api_endpoint_test {

namespace {

using refusal = api::metrics::refusal;

record_ptr record_of(int number) {
  const auto* source = interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}});
  return call_record::first(*source, call{std::to_string(number)}.in(11));
}

using fixture = api_fixture;

const std::string list_methods = fixture::call_of("system.listMethods");
const std::string list_all =
    fixture::call_of("listAllCalls", fixture::structure({{"i_customer", "<int>1</int>"}}));
const std::string hang_up = fixture::call_of("disconnectCall", fixture::structure({{"ID", "a:1"}}));
const std::string stats = fixture::call_of("getAccountCallStats");

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "a request that is not a POST of XML to a known path is refused by an HTTP status") {
  auto r = request(list_methods);
  r.path = "/xmlapi/";
  CHECK(answer_to(r).status == 404);
  for (const std::string path : {"/xmlapi/xmlapi", "/xmlapi", "/RPC2"}) {
    CHECK(api::endpoint::serves(path));
    r.path = path;
    r.method = "GET";
    const auto refused = answer_to(r);
    CHECK(refused.status == 405);
    CHECK(header(refused, "Allow") == "POST");
    r.method = "POST";
    CHECK(answer_to(r).status == 200);
  }
  for (const std::string type : {"text/plain", "application/json", "text/xml2", ""}) {
    r.fields = {{"Host", "localhost"}, {"Content-Type", type}};
    CHECK(answer_to(r).status == 415);
  }
  for (const std::string type : {"text/xml; charset=utf-8", "Application/XML", "text/xml ;x"}) {
    r.fields = {{"Host", "localhost"}, {"content-type", type}};
    CHECK(answer_to(r).status == 200);
  }
  r.fields = {{"Host", "localhost"}};
  CHECK(answer_to(r).status == 415);
}

TEST_CASE_FIXTURE(fixture, "an untrusted client is challenged before its body is read") {
  for (const std::string body : {"", "<", "<!DOCTYPE x>"}) {
    auto r = request(body, "192.0.2.9");
    r.fields.emplace_back("X-Forwarded-For", "127.0.0.1");
    const auto challenged = answer_to(r);
    CHECK(challenged.status == 401);
    CHECK(contains(header(challenged, "WWW-Authenticate"), "Digest realm=\"rollcall\", qop=\"auth\""));
    CHECK_FALSE(contains(text_of(challenged), "methodResponse"));
  }
  CHECK(endpoint->counters().refusals(refusal::no_login) == 3);
}

TEST_CASE_FIXTURE(fixture, "a request of another site is refused before anything else is looked at") {
  auto r = request(hang_up);
  r.fields.emplace_back("Origin", "null");
  CHECK(answer_to(r).status == 403);
  r.fields.emplace_back("Authorization", "Digest nonsense");
  CHECK(answer_to(r).status == 403);
  CHECK(endpoint->counters().refusals(refusal::other_site) == 2);
  CHECK(script->disconnects.empty());
}

TEST_CASE_FIXTURE(fixture, "a trusted host is not trusted when its request speaks of a proxy or a browser") {
  auto r = request(hang_up);
  r.fields.emplace_back("Via", "1.1 proxy");
  CHECK(answer_to(r).status == 401);
  r = request(hang_up);
  r.door = http::door::api;
  CHECK(answer_to(r).status == 401);
  CHECK(answer_to(request("")).status == 401);
  CHECK(endpoint->counters().refusals(refusal::distrusted) == 3);
  CHECK(script->disconnects.empty());
}

TEST_CASE_FIXTURE(fixture, "a request with an Authorization header is never trusted") {
  CHECK(with_header("").status == 401);
  CHECK(with_header("Basic c3NwLXJvb3Q6c2VjcmV0").status == 401);
  CHECK(with_header("Digest nonsense").status == 400);
  CHECK(endpoint->counters().refusals(refusal::bad_login) == 2);
  CHECK(endpoint->counters().refusals(refusal::malformed) == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "a request for a challenge is challenged, is never trusted, and is no refused login") {
  const auto challenged = with_header(std::string{http::challenge_request});
  CHECK(challenged.status == 401);
  CHECK(contains(header(challenged, "WWW-Authenticate"), "Digest realm=\"rollcall\", qop=\"auth\""));
  CHECK(endpoint->counters().refusals(refusal::no_login) == 1);
  CHECK(endpoint->counters().refusals(refusal::bad_login) == 0);
  CHECK(with_header("Rollcalls").status == 401);
  CHECK(endpoint->counters().refusals(refusal::bad_login) == 1);
}

TEST_CASE_FIXTURE(fixture, "an unreadable body is answered by a fault with HTTP 200") {
  for (const auto& [body, fault] : std::vector<std::pair<std::string, std::string>>{
           {" ", "-32700 parse error"},
           {"<", "-32700 parse error"},
           {"<a/>", "-32600 invalid request"},
           {"<!DOCTYPE a><a/>", "-32600 invalid request"},
           {call_of("nothing"), "-32601 unknown method 'nothing'"},
           {call_of("disconnectCall"), "400 Parameter ID is required"}}) {
    const auto refused = answer_to(body);
    CHECK(refused.status == 200);
    CHECK(refused.content_type == "text/xml; charset=utf-8");
    CHECK(fault_in(refused) == fault);
    CHECK(header(refused, "X-Rollcall-Complete").empty());
  }
  CHECK(script->disconnects.empty());
}

TEST_CASE_FIXTURE(fixture,
                  "a frontend that does not answer, or not in time, is fault 503 that names the node") {
  script->silent = true;
  send(request(stats));
  run();
  CHECK(answers.empty());
  advance(6s);
  CHECK(fault_in(taken()) == "503 Node node-a did not answer in time");
  script->silent = false;
  script->error = caf::make_error(ec::too_late);
  CHECK(fault_in(answer_to(list_all)) == "503 Node node-a did not answer in time");
}

TEST_CASE_FIXTURE(fixture, "a frontend that is gone is fault 503") {
  caf::anon_send_exit(front, caf::exit_reason::user_shutdown);
  run();
  CHECK(fault_in(answer_to(stats)) == "503 Node node-a is stopping");
}

TEST_CASE_FIXTURE(fixture, "an internal error tells the client its number and nothing else") {
  script->error = caf::make_error(caf::sec::unexpected_message, "secret detail");
  const auto first = fault_in(answer_to(stats));
  const auto second = fault_in(answer_to(stats));
  CHECK(std::regex_match(first, std::regex{"500 Internal error [0-9a-f]{16}"}));
  CHECK(first != second);
}

TEST_CASE_FIXTURE(fixture, "a list comes with its calls and says that it is complete") {
  script->calls = {record_of(1), record_of(2)};
  const auto list = answer_to(list_all);
  CHECK(list.status == 200);
  CHECK(list.content_type == "text/xml; charset=utf-8");
  CHECK(header(list, "X-Rollcall-Complete") == "yes");
  const auto text = text_of(list);
  CHECK(
      text.starts_with("<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><array><data>\n"));
  CHECK(contains(text, "<string>sbc-1:1</string>"));
  CHECK(contains(text, "<string>sbc-1:2</string>"));
  CHECK(text.ends_with("</data></array></value>\n</param>\n</params>\n</methodResponse>\n"));
  REQUIRE(script->lists.size() == 1);
  CHECK(script->lists[0].query.scope == customer_id{1});
}

TEST_CASE_FIXTURE(fixture, "a disconnect reaches the frontend with who asked for it") {
  script->disconnected.sent = 2;
  const auto told = answer_to(call_of("disconnectAccount", structure({{"i_account", "<int>11</int>"}})));
  CHECK(header(told, "X-Rollcall-Complete") == "yes");
  CHECK(contains(text_of(told), "<name>count</name>\n<value><int>2</int></value>"));
  REQUIRE(script->disconnects.size() == 1);
  const auto& asked = script->disconnects[0];
  CHECK(asked.account == account_id{11});
  CHECK(asked.audit.address == "127.0.0.1");
  CHECK(asked.audit.trusted);
  CHECK(asked.audit.method == "disconnectAccount");
}

TEST_CASE_FIXTURE(fixture,
                  "a customer that asks too much at once is told so until it has read what it asked for") {
  auto by = settings();
  by.requests_at_once = 1;
  endpoint->change(by);
  script->calls = {record_of(1)};
  const auto list = answer_to(list_all);
  CHECK(fault_in(answer_to(stats)) == "429 Too many requests at once");
  const auto other = call_of("getAccountCallStats", structure({{"i_customer", "<int>10</int>"}}));
  CHECK(fault_in(answer_to(other)).empty());
  CHECK_FALSE(contains(fault_in(answer_to(hang_up)), "429")); // who polls too much can still hang up
  CHECK(fault_in(answer_to(list_methods)).empty());
  text_of(list);
  CHECK(fault_in(answer_to(stats)).empty());
}

TEST_CASE_FIXTURE(fixture,
                  "a search for names counts among what a customer asks at once until it has been made") {
  auto by = settings();
  by.requests_at_once = 1;
  endpoint->change(by);
  const auto names = [](const std::string& customer) {
    return call_of("findNames",
                   structure({{"kind", "account"}, {"i_customer", "<int>" + customer + "</int>"}}));
  };
  const auto first = answer_to(names("1"));
  CHECK(fault_in(answer_to(names("1"))) == "429 Too many requests at once");
  CHECK(fault_in(answer_to(stats)) == "429 Too many requests at once");
  CHECK(fault_in(answer_to(names("10"))).empty());
  CHECK(fault_in(first).empty());
  CHECK(fault_in(answer_to(names("1"))).empty());
}

TEST_CASE_FIXTURE(fixture, "a place is free before its request is answered, so that the next one finds it") {
  auto by = settings();
  by.requests_at_once = 1;
  endpoint->change(by);
  for (const auto& error : {std::optional<caf::error>{}, std::optional{caf::make_error(ec::too_late)}}) {
    script->error = error;
    std::string second;
    (*endpoint)(request(hang_up), [&](const http::response&) {
      (*endpoint)(request(hang_up), [&](const http::response& next) { second = fault_in(next); });
    });
    run();
    CHECK_FALSE(contains(second, "429"));
  }
  CHECK(script->disconnects.size() == 4);
}

TEST_CASE_FIXTURE(fixture, "a request sees one picture of the settings, and a reload the next one") {
  script->silent = true;
  send(request(stats));
  run();
  auto next = settings();
  next.node = node_id{"node-z"};
  next.trusted_hosts = {};
  endpoint->change(next);
  CHECK(answer_to(request(stats)).status == 401);
  advance(6s);
  CHECK(fault_in(taken()) == "503 Node node-a did not answer in time");
}

TEST_CASE_FIXTURE(fixture,
                  "settings without a directory or an authenticator are refused and change nothing") {
  auto bad = settings();
  bad.directory = nullptr;
  CHECK_THROWS_AS(endpoint->change(bad), std::invalid_argument);
  bad = settings();
  bad.authenticator = nullptr;
  CHECK_THROWS_AS(endpoint->change(bad), std::invalid_argument);
  CHECK(answer_to(list_methods).status == 200);
}

TEST_CASE_FIXTURE(fixture, "an endpoint may go before its requests are answered") {
  send(request(stats));
  endpoint.reset();
  run();
  CHECK(taken().status == 200);
}

TEST_CASE_FIXTURE(fixture, "calls count under their method and what came of them") {
  answer_to(stats);
  answer_to(call_of("disconnectCall"));
  answer_to(call_of("nothing"));
  answer_to("<");
  const auto& methods = endpoint->counters().methods();
  CHECK(methods.at("getAccountCallStats").outcomes[0] == 1);
  CHECK(methods.at("disconnectCall").outcomes[0] == 0);
  CHECK(methods.at("disconnectCall").outcomes[4] == 1);
  CHECK(methods.at(api::metrics::no_method).outcomes[1] == 1);
  CHECK(methods.at(api::metrics::no_method).outcomes[3] == 1);
}

TEST_CASE_FIXTURE(fixture, "a wrong password and an unknown login are challenged alike") {
  const auto wrong = log_in("login-2", "guess", list_methods);
  const auto unknown = log_in("nobody", "secret", list_methods);
  CHECK(wrong.status == 401);
  CHECK(unknown.status == 401);
  CHECK(text_of(wrong) == text_of(unknown));
  CHECK(wrong.headers.size() == unknown.headers.size());
  CHECK(endpoint->counters().refusals(refusal::bad_login) == 2);
}

TEST_CASE_FIXTURE(fixture, "a customer that has logged in sees its own calls, also from a trusted host") {
  const auto list = log_in("login-2", "secret", call_of("listAllCalls"));
  CHECK(list.status == 200);
  REQUIRE(script->lists.size() == 1);
  CHECK(script->lists[0].query.scope == customer_id{2});
  CHECK(fault_in(log_in("login-2", "secret", list_all)) == "401 Wrong i_customer");
}

TEST_CASE_FIXTURE(fixture, "a customer without access gets fault 403, whatever it sends") {
  for (const std::string& body : {list_methods, std::string{"<"}, call_of("system.multicall")})
    CHECK(fault_in(log_in("login-4", "secret", body)) == "403 API access is not enabled");
  CHECK(endpoint->counters().refusals(refusal::no_access) == 3);
  CHECK(log_in("login-4", "guess", list_methods).status == 401);
}

TEST_CASE_FIXTURE(fixture, "a count that was used is stale and not a wrong password") {
  const auto challenge = header(answer_to(request("", "192.0.2.9")), "WWW-Authenticate");
  const auto used = authorization(challenge, "login-2", "secret");
  CHECK(with_header(used).status == 200);
  const auto again = with_header(used);
  CHECK(again.status == 401);
  CHECK(contains(header(again, "WWW-Authenticate"), "stale=true"));
  CHECK(endpoint->counters().refusals(refusal::stale) == 1);
  CHECK(endpoint->counters().refusals(refusal::bad_login) == 0);
}

} // namespace rollcall::testing::api_endpoint_test
