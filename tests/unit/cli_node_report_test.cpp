#include "apps/rollcall/node_report.hpp"

#include <doctest/doctest.h>

namespace rollcall::cli_node_report_test {

using namespace rollcall::cli;

TEST_CASE("node report: a ready node with its switches") {
  CHECK(node_report("ready\n"
                    "switch sbc-1: connected, synced, 120 calls, 0 unverified\n"
                    "switch sbc-2: not connected, not synced, 3 calls, 3 unverified\n")
        == boost::json::value{{"ready", true},
                              {"reasons", boost::json::array()},
                              {"switches",
                               {{{"switch", "sbc-1"},
                                 {"connected", true},
                                 {"snapshot", "synced"},
                                 {"calls", 120},
                                 {"unverified", 0}},
                                {{"switch", "sbc-2"},
                                 {"connected", false},
                                 {"snapshot", "not synced"},
                                 {"calls", 3},
                                 {"unverified", 3}}}},
                              {"elsewhere", boost::json::array()},
                              {"nodes", boost::json::array()},
                              {"other", boost::json::array()}});
}

TEST_CASE("node report: the other nodes, and the switches that are theirs") {
  const auto report =
      node_report("ready\n"
                  "switch sbc-2: connected to node node-b\n"
                  "node 10.0.0.9:4242: missing: Connection refused\n"
                  "node node-b: up for 61 s, round trip 0.4 ms, at 10.0.0.2:4242\n"
                  "node node-c: missing for 3 s, at 10.0.0.3:4242: no answer to a ping in time\n");
  CHECK(report.at("elsewhere") == boost::json::array{{{"switch", "sbc-2"}, {"node", "node-b"}}});
  CHECK(report.at("nodes")
        == boost::json::array{
            {{"node", "10.0.0.9:4242"}, {"up", false}, {"state", "missing: Connection refused"}},
            {{"node", "node-b"},
             {"up", true},
             {"state", "up for 61 s, round trip 0.4 ms, at 10.0.0.2:4242"},
             {"for_seconds", 61},
             {"round_trip_ms", 0.4}},
            {{"node", "node-c"},
             {"up", false},
             {"state", "missing for 3 s, at 10.0.0.3:4242: no answer to a ping in time"},
             {"for_seconds", 3}}});
  CHECK(report.at("other").as_array().empty());
}

TEST_CASE("node report: which node it is") {
  const auto report = node_report("ready\nthis node: node-a, version 0.1.0\n");
  CHECK(report.at("node") == "node-a");
  CHECK(report.at("version") == "0.1.0");
  CHECK(report.at("other").as_array().empty());
  CHECK_FALSE(node_report("ready\n").contains("node"));
}

TEST_CASE("node report: a node that is not ready says why") {
  const auto report = node_report("not ready: switch sbc-1 has not connected yet\n"
                                  "not ready: the directory is not loaded\n");
  CHECK(report.at("ready") == false);
  CHECK(report.at("reasons")
        == boost::json::array{"switch sbc-1 has not connected yet", "the directory is not loaded"});
}

TEST_CASE("node report: an unknown line is kept as it is") {
  for (const auto* line : {"node node-b: connected", "this node: node-a", "switch sbc-1",
                           "switch sbc-1: connected, synced, x calls, 0 unverified",
                           "switch sbc-1: connected, synced, 1 calls, ", "<html>"}) {
    CAPTURE(line);
    const auto report = node_report(line);
    CHECK(report.at("ready") == false);
    CHECK(report.at("other") == boost::json::array{line});
    CHECK(report.at("switches").as_array().empty());
  }
  CHECK(node_report("").at("other").as_array().empty());
}

} // namespace rollcall::cli_node_report_test
