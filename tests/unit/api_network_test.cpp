#include "api_fixture.hpp"
#include "transport/api/network.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace rollcall::api::api_network_test {

namespace {

using namespace std::chrono_literals;
using xmlrpc::structure;

/// `customer of_root`, or the text of the fault.
std::string parsed(std::int64_t login, structure members) {
  const auto asked = parse_network(call_by(login, "getNetwork", std::move(members)));
  if (!asked)
    return asked.why().text;
  CHECK(asked->request.recursive);
  CHECK(asked->request.with_network);
  return std::to_string(asked->request.scope.value()) + (asked->of_root ? " root" : "");
}

cluster_stats_answer sample() {
  network_picture network;
  network.nodes.push_back({"node-a", true, timestamp{5s}, "1.2.3", "hash-a"});
  network.nodes.push_back({"node-b", true, timestamp{6s}, "1.2.4", "hash-b", 1'500us, -250ms});
  network.nodes.push_back({"10.0.0.9:4242", false, timestamp{7s}});
  switch_claim here{switch_name{"sbc-1"}, environment_id{1}, 3, true, true, true, true, 8'500'000};
  switch_claim away{switch_name{"sbc-2"}, environment_id{1}, 2, true, false, false, true, 9'000'000};
  switch_claim never{switch_name{"sbc-3"}, environment_id{1}};
  network.switches.push_back({{node_id{"node-a"}, here}, 7, 25});
  network.switches.push_back({{node_id{"node-c"}, away, true}});
  network.switches.push_back({{node_id{"node-a"}, never}, 0, 0});
  cluster_stats_answer told;
  told.network = std::move(network);
  return told;
}

std::string rendered(const cluster_stats_answer& told, bool of_root) {
  return drained(render_network({{}, of_root}, told, false).value);
}

std::string member(const std::string& name, const std::string& value) {
  return "<member>\n<name>" + name + "</name>\n<value>" + value + "</value>\n</member>\n";
}
std::string text_member(const std::string& name, const std::string& value) {
  return member(name, "<string>" + value + "</string>");
}
std::string number_member(const std::string& name, const std::string& value) {
  return member(name, "<double>" + value + "</double>");
}

bool has(const std::string& xml, const std::string& part) { return xml.find(part) != std::string::npos; }

std::size_t times(const std::string& xml, const std::string& part) {
  std::size_t count = 0;
  for (auto at = xml.find(part); at != std::string::npos; at = xml.find(part, at + 1))
    ++count;
  return count;
}

} // namespace

TEST_CASE("the network is asked for under the rights of a customer") {
  CHECK(parsed(1, {}) == "1 root");
  CHECK(parsed(2, {}) == "2");
  CHECK(parsed(10, {}) == "10 root");
  CHECK(parsed(1, {{"i_customer", number(2)}}) == "2");
  CHECK(parsed(1, {{"i_customer", text("")}}) == "1 root");
  CHECK(parsed(0, {{"i_customer", number(1)}}) == "1 root");
  CHECK(parsed(0, {}) == "Parameter i_customer is required");
  CHECK(parsed(2, {{"i_customer", number(1)}}) == "Wrong i_customer");
  CHECK(parsed(2, {{"i_customer", number(10)}}) == "Wrong i_customer");
  CHECK(parsed(1, {{"i_customer", text("x")}}) == "Parameter i_customer must be an integer");
}

TEST_CASE("a root customer is told everything of nodes and switches") {
  const auto xml = rendered(sample(), true);
  CHECK(has(xml, text_member("node_id", "node-b") + text_member("state", "up")
                     + number_member("since", "6.000000") + text_member("version", "1.2.4")
                     + number_member("round_trip", "0.001500") + number_member("clock_offset", "-0.250000")
                     + text_member("directory_hash", "hash-b") + "</struct>"));
  CHECK(has(xml, text_member("node_id", "10.0.0.9:4242") + text_member("state", "missing")
                     + number_member("since", "7.000000") + text_member("version", "")
                     + text_member("directory_hash", "") + "</struct>"));
  CHECK(has(xml, text_member("name", "sbc-1") + text_member("node_id", "node-a")
                     + text_member("state", "connected") + member("verified", "<boolean>1</boolean>")
                     + number_member("since", "8.500000") + member("calls", "<int>7</int>")
                     + number_member("events_per_second", "2.500000") + "</struct>"));
}

TEST_CASE("what is not known of a switch of a missing node is not told as none") {
  const auto xml = rendered(sample(), true);
  CHECK(has(xml, text_member("name", "sbc-2") + text_member("node_id", "node-c")
                     + text_member("state", "lost") + member("verified", "<boolean>0</boolean>")
                     + number_member("since", "9.000000") + "</struct>"));
}

TEST_CASE("a switch that has never come is unknown and nobody's") {
  CHECK(has(rendered(sample(), false),
            text_member("name", "sbc-3") + text_member("node_id", "") + text_member("state", "unknown")));
}

TEST_CASE("to other customers the figures of nodes, and of switches as a whole, are not told") {
  const auto xml = rendered(sample(), false);
  for (const auto* name : {"round_trip", "clock_offset", "directory_hash", "events_per_second"}) {
    CHECK_FALSE(has(xml, name));
    CHECK(has(rendered(sample(), true), name));
  }
  CHECK(times(xml, "<name>calls</name>") == 2);
  CHECK(times(xml, "<name>version</name>") == 3);
}

TEST_CASE("a network without a node is not complete") {
  auto told = sample();
  CHECK(has(rendered(told, true), member("complete", "<boolean>1</boolean>")));
  told.covers.missing = {"node-c"};
  CHECK(has(rendered(told, true), member("complete", "<boolean>0</boolean>")));
}

TEST_CASE("what another node says of itself is made clean, and its times are times") {
  auto told = sample();
  told.network->nodes.front().version = "1\x01\xff<";
  told.network->switches.front().holder.claim.since = -1;
  const auto xml = rendered(told, true);
  CHECK_FALSE(has(xml, "\x01"));
  CHECK_FALSE(has(xml, "\xff"));
  CHECK(has(xml, number_member("since", "0.000000")));
}

} // namespace rollcall::api::api_network_test
