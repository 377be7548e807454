#include "apps/rollcall/node_report.hpp"

#include <doctest/doctest.h>

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
                              {"other", boost::json::array()}});
}

TEST_CASE("node report: a node that is not ready says why") {
  const auto report = node_report("not ready: switch sbc-1 has not connected yet\n"
                                  "not ready: the directory is not loaded\n");
  CHECK(report.at("ready") == false);
  CHECK(report.at("reasons")
        == boost::json::array{"switch sbc-1 has not connected yet", "the directory is not loaded"});
}

TEST_CASE("node report: what is not understood is kept as it is") {
  for (const auto* line :
       {"node node-b: connected", "switch sbc-1", "switch sbc-1: connected, synced, x calls, 0 unverified",
        "switch sbc-1: connected, synced, 1 calls, ", "<html>"}) {
    CAPTURE(line);
    const auto report = node_report(line);
    CHECK(report.at("ready") == false);
    CHECK(report.at("other") == boost::json::array{line});
    CHECK(report.at("switches").as_array().empty());
  }
  CHECK(node_report("").at("other").as_array().empty());
}
