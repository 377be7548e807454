#include "api_fixture.hpp"
#include "transport/api/disconnect_account.hpp"
#include "transport/api/disconnect_call.hpp"
#include "transport/api/disconnect_customer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api::api_disconnect_answers_test {

namespace {

using xmlrpc::fault;
using xmlrpc::fault_code;
using xmlrpc::structure;

cluster_disconnect_answer reported(bool found, std::uint64_t sent, std::uint64_t failed,
                                   std::vector<std::string> away = {}, std::vector<std::string> late = {},
                                   std::vector<doubtful_node> doubtful = {}) {
  return {found, sent, failed, std::move(away), std::move(late), std::move(doubtful), true, {}};
}

} // namespace

TEST_CASE("nothing sent although there were calls is a fault that names the switches") {
  CHECK(why(render_count(reported(true, 0, 2, {"sbc-1"})))
        == fault{fault_code::unavailable, "Switch sbc-1 is away; nothing was sent"});
  CHECK(why(render_count(reported(true, 0, 2, {"sbc-1", "sbc-2"}))).text
        == "Switches sbc-1, sbc-2 are away; nothing was sent");
  CHECK(why(render_count(reported(true, 0, 2, {}, {"n1"}))).text
        == "Node n1 did not answer in time; nothing was sent");
  CHECK(why(render_count(reported(true, 0, 0, {}, {"n1", "n2"}))).text
        == "Nodes n1, n2 did not answer in time; nothing was sent");
  CHECK(why(render_count(reported(true, 0, 3, {"sbc-1"}, {"n1"}))).text
        == "Switch sbc-1 is away; Node n1 did not answer in time; nothing was sent");
  CHECK(render_count(reported(true, 1, 2, {}, {"n1"})));
  CHECK(why(render_disconnect_call(reported(true, 0, 1, {"sbc-1"}))).text
        == "Switch sbc-1 is away; nothing was sent");
}

TEST_CASE(
    "nothing sent because nodes are missing or have another directory is a fault that names the nodes") {
  auto told = reported(true, 0, 2, {"sbc-1"});
  told.covers.missing = {"n1"};
  CHECK(why(render_count(told)).text == "Switch sbc-1 is away; Node n1 is missing; nothing was sent");
  told.covers.missing = {"n1", "n2", "n3", "n4"};
  told.covers.other_directory = {"n2", "n3", "n5"}; // n5 has taken the order
  told.late = {"n4"};
  CHECK(why(render_disconnect_call(told)).text
        == "Switch sbc-1 is away; Node n1 is missing; Nodes n2, n3 have another directory; "
           "Node n4 did not answer in time; nothing was sent");
}

TEST_CASE("where it is not known whether calls were hung up the answer is a fault that says so") {
  CHECK(why(render_count(reported(true, 0, 0, {}, {}, {{"n1", 5}})))
        == fault{fault_code::unavailable, "Node n1 did not answer in time; 5 calls may have been hung up"});
  CHECK(why(render_count(reported(true, 2, 1, {}, {}, {{"n1", 1}}))).text
        == "Node n1 did not answer in time; 1 call may have been hung up; 2 disconnects were sent; 1 failed");
  CHECK(why(render_count(reported(true, 0, 0, {}, {}, {{"n1", 2}, {"n2", 0}}))).text
        == "Nodes n1, n2 did not answer in time; an unknown number of calls may have been hung up");
  CHECK(why(render_disconnect_call(reported(false, 0, 0, {}, {}, {{"n1", 1}}))).text
        == "Node n1 did not answer in time; 1 call may have been hung up");
}

TEST_CASE("a disconnect tells its result first, its count second, and what failed only when something did") {
  const auto rendered = [](const outcome& result) { return result ? drained(result->value) : std::string{}; };
  CHECK(rendered(render_count(reported(true, 0, 0, {})))
        == "<value><struct>\n<member>\n<name>result</name>\n<value><string>OK</string></value>\n</"
           "member>\n<member>\n"
           "<name>count</name>\n<value><int>0</int></value>\n</member>\n</struct></value>\n");
  CHECK(rendered(render_count(reported(true, 3, 2, {"sbc-2"})))
        == "<value><struct>\n<member>\n<name>result</name>\n<value><string>OK</string></value>\n</"
           "member>\n<member>\n"
           "<name>count</name>\n<value><int>3</int></value>\n</member>\n<member>\n"
           "<name>failed</name>\n<value><int>2</int></value>\n</member>\n</struct></value>\n");
  CHECK(rendered(render_disconnect_call(reported(true, 1, 0, {})))
        == "<value><struct>\n<member>\n<name>result</name>\n<value><string>OK</string></value>\n</member>\n"
           "</struct></value>\n");
  CHECK(rendered(render_disconnect_call(reported(false, 0, 0, {})))
            .find("<string>Call not found or not accessible</string>")
        != std::string::npos);
}

TEST_CASE("a disconnect that the audit log does not have yet says so, and no other") {
  auto told = reported(true, 1, 0);
  for (const auto audited : {true, false}) {
    told.audited = audited;
    for (auto* render : {render_count, render_disconnect_call}) {
      const auto result = render(told);
      REQUIRE(result);
      const auto text = drained(result->value);
      CHECK((text.find("<name>audited</name>\n<value><boolean>0</boolean>") == std::string::npos) == audited);
    }
  }
}

} // namespace rollcall::api::api_disconnect_answers_test
