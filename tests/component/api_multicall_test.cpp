#include "api_fixture.hpp"
#include "transport/api/multicall.hpp"

#include <string>
#include <vector>

namespace rollcall::testing::api_multicall_test {

namespace {

struct fixture : api_fixture {
  static std::string part(const std::string& method, const std::string& params = {}) {
    return "<value><struct><member><name>methodName</name><value>" + method
           + "</value></member><member><name>params</name><value><array><data>" + params
           + "</data></array></value></member></struct></value>";
  }

  static std::string struct_of(const std::string& name, const std::string& value) {
    return "<value><struct><member><name>" + name + "</name><value>" + value
           + "</value></member></struct></value>";
  }

  static std::string multicall(const std::string& parts) {
    return call_of("system.multicall",
                   "<param><value><array><data>" + parts + "</data></array></value></param>");
  }

  std::string text_of_answer(const std::string& parts) { return text_of(answer_to(multicall(parts))); }
};

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++found;
  return found;
}

} // namespace

TEST_CASE_FIXTURE(fixture, "a multicall whose parameter is not an array of calls is refused") {
  for (const std::string params :
       {"<param><value>x</value></param>", "<param><value><int>1</int></value></param>",
        "<param><value><array><data/></array></value></param><param><value>x</value></param>"})
    CHECK(fault_in(answer_to(call_of("system.multicall", params)))
          == "400 system.multicall takes an array of method calls");
}

TEST_CASE_FIXTURE(fixture, "a malformed part of a multicall is answered by a fault in its place") {
  const auto text = text_of_answer("<value>x</value>" + struct_of("methodName", "<int>1</int>")
                                   + struct_of("methodName", "nothing") + part("system.multicall")
                                   + part("disconnectCall"));
  CHECK_FALSE(contains(text, "<fault>"));
  CHECK(count_of(text, "Each part must be a struct with methodName and params") == 2);
  CHECK(contains(text, "unknown method 'nothing'"));
  CHECK(contains(text, "A part must not be a system.multicall"));
  CHECK(contains(text, "Parameter ID is required"));
  CHECK(count_of(text, "<name>faultCode</name>") == 5);
}

TEST_CASE_FIXTURE(fixture, "a multicall of no parts is an empty array") {
  CHECK(contains(text_of_answer(""), "<param>\n<value><array><data>\n</data></array></value>\n</param>"));
}

TEST_CASE_FIXTURE(fixture,
                  "answers stand each in an array of one, in the order of the parts, as Python writes them") {
  script->disconnected.sent = 1;
  const auto answered =
      answer_to(multicall(part("disconnectCall", struct_of("ID", "a:1"))
                          + part("listAllCalls", struct_of("i_customer", "<int>1</int>")) + part("nothing")));
  CHECK(header(answered, "X-Rollcall-Complete") == "yes");
  CHECK(text_of(answered) == R"(<?xml version='1.0'?>
<methodResponse>
<params>
<param>
<value><array><data>
<value><array><data>
<value><struct>
<member>
<name>result</name>
<value><string>OK</string></value>
</member>
</struct></value>
</data></array></value>
<value><array><data>
<value><array><data>
</data></array></value>
</data></array></value>
<value><struct>
<member>
<name>faultCode</name>
<value><int>-32601</int></value>
</member>
<member>
<name>faultString</name>
<value><string>unknown method 'nothing'</string></value>
</member>
</struct></value>
</data></array></value>
</param>
</params>
</methodResponse>
)");
}

TEST_CASE_FIXTURE(fixture, "a part begins when the one before has answered") {
  script->silent = true;
  send(request(multicall(part("getAccountCallStats") + part("disconnectCall", struct_of("ID", "a:1")))));
  run();
  CHECK(script->stats.size() == 1);
  CHECK(script->disconnects.empty());
  script->silent = false;
  advance(6s);
  CHECK(script->disconnects.size() == 1);
  const auto text = text_of(taken());
  CHECK(text.find("did not answer in time") < text.find("<string>OK</string>"));
}

TEST_CASE_FIXTURE(fixture, "each part is limited as if it came alone: lists hold their places to the end") {
  auto by = settings();
  by.requests_at_once = 2;
  endpoint->change(by);
  const auto list = part("listAllCalls", struct_of("i_customer", "<int>1</int>"));
  CHECK(count_of(text_of_answer(list + list + list), "Too many requests at once") == 1);
  const auto hang_up = part("disconnectCall", struct_of("ID", "a:1"));
  CHECK(count_of(text_of_answer(hang_up + hang_up + hang_up), "<string>OK</string>") == 3);
}

TEST_CASE_FIXTURE(fixture, "a multicall beyond 64 parts is refused, and none of it is done") {
  std::string parts;
  for (int i = 0; i < 64; ++i)
    parts += part("nothing");
  CHECK(count_of(text_of_answer(parts), "<name>faultCode</name>") == 64);
  parts += part("disconnectAccount", struct_of("i_account", "<int>11</int>"));
  CHECK(fault_in(answer_to(multicall(parts))) == "400 system.multicall takes at most 64 calls");
  CHECK(script->disconnects.empty());
}

TEST_CASE_FIXTURE(fixture, "each part counts under its own method") {
  text_of_answer(part("getAccountCallStats") + part("getAccountCallStats"));
  CHECK(endpoint->counters().methods().at("getAccountCallStats").outcomes[0] == 2);
  CHECK(endpoint->counters().methods().at("system.multicall").outcomes[0] == 1);
}

} // namespace rollcall::testing::api_multicall_test
