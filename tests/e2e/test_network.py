"""getNetwork and rollcall network (events.md, 5)."""

import csv
import io
import json
import os
import time

import pytest

from cluster import Cluster
from harness import Daemon, run, wait_until

STARTED = time.time()  # before any daemon of this module

PLAIN_NODE = {"node_id", "state", "since", "version"}
ROOT_NODE = PLAIN_NODE | {"round_trip", "clock_offset", "directory_hash"}
PLAIN_SWITCH = {"name", "node_id", "state", "verified", "since", "calls"}
ROOT_SWITCH = PLAIN_SWITCH | {"events_per_second"}


def url_of(daemon):
    return f"http://127.0.0.1:{daemon.http_port}/xmlapi/xmlapi"


def tool(daemon, *arguments):
    return run("rollcall", *arguments, stdin=open(os.devnull), env={**os.environ, "ROLLCALL_URL": url_of(daemon)})


def by_name(told):
    return {switch["name"]: switch for switch in told["switches"]}


def seen(told):
    """(name, node, state, calls) of each switch; calls are None where they are not told."""
    return [(one["name"], one["node_id"], one["state"], one.get("calls")) for one in told["switches"]]


@pytest.fixture
def calls(daemon, switch):
    """Active calls of accounts 11, 21 and 31, and one that is not active."""
    for account in (11, 21, 31):
        switch.start(i_account=account)
    switch.start("Idle", i_account=21)
    wait_until(lambda: len(daemon.everything()) == 4)


def test_a_root_customer_is_told_all_of_one_node_and_its_switches(root, calls):
    told = root.getNetwork()
    assert list(told) == ["result", "nodes", "switches", "complete"]
    assert (told["result"], told["complete"]) == ("OK", True)
    (node,) = told["nodes"]
    assert set(node) == ROOT_NODE
    assert (node["node_id"], node["state"], node["round_trip"], node["clock_offset"]) == ("node-a", "up", 0.0, 0.0)
    assert STARTED <= node["since"] <= time.time()
    assert node["version"] in run("rollcalld", "--version").stdout and node["version"] and node["directory_hash"]
    assert [set(one) for one in told["switches"]] == [ROOT_SWITCH] * 2
    assert seen(told) == [("sbc-1", "node-a", "connected", 3), ("sbc-2", "node-a", "lost", 0)]
    assert [one["verified"] for one in told["switches"]] == [True, False]
    for one in told["switches"]:
        assert node["since"] <= one["since"] <= time.time()
    assert by_name(told)["sbc-2"]["since"] < by_name(told)["sbc-1"]["since"], "it went before sbc-1 came"
    assert root.last.headers["X-Rollcall-Complete"] == "yes"


def test_calls_are_those_of_the_list(api, calls):
    for customer in (1, 2, 3, 4):
        rows = api.listActiveCalls(i_customer=customer)
        told = api.getNetwork(i_customer=customer)
        assert by_name(told)["sbc-1"]["calls"] == len(rows)


def test_a_reseller_is_told_nothing_of_others(reseller, api, calls):
    told = reseller.getNetwork()
    assert [set(one) for one in told["nodes"]] == [PLAIN_NODE]
    assert [set(one) for one in told["switches"]] == [PLAIN_SWITCH] * 2
    assert seen(told) == [("sbc-1", "node-a", "connected", 2), ("sbc-2", "node-a", "lost", 0)]
    assert api.getNetwork(i_customer=2) == told
    assert reseller.getNetwork(i_customer=3)["switches"][0]["calls"] == 1


def test_switches_are_those_of_the_own_environment(daemon, calls):
    other = daemon.login("other-root")
    told = other.getNetwork()
    assert seen(told) == [("sbc-3", "node-a", "lost", 0)] and set(told["nodes"][0]) == ROOT_NODE
    other.close()


def test_events_are_counted(root, switch):
    assert set(by_name(root.getNetwork())["sbc-2"]) == ROOT_SWITCH
    switch.start(i_account=11)
    rate = wait_until(lambda: by_name(root.getNetwork())["sbc-1"]["events_per_second"], what="an event to be counted")
    assert rate > 0 and round(rate * 10) == pytest.approx(rate * 10)


def test_what_is_wrong_is_named(api, reseller):
    assert api.fault("getNetwork") == (400, "Parameter i_customer is required")
    assert api.fault("getNetwork", i_customer="") == (400, "Parameter i_customer is required")
    assert api.fault("getNetwork", i_customer="x") == (400, "Parameter i_customer must be an integer")
    assert api.fault("getNetwork", i_customer=1, recursive=True) \
        == (400, "Unknown parameter recursive; getNetwork takes i_customer")
    for customer in (1, 4, 10, 999):
        assert reseller.fault("getNetwork", i_customer=customer) == (401, "Wrong i_customer")
    assert api.fault("getNetwork", i_customer=999) == (401, "Wrong i_customer")


def test_a_switch_that_has_never_come_is_unknown():
    with Daemon(switches={"sbc-1": 1}) as daemon:
        api = daemon.trusted()
        told = api.getNetwork(i_customer=1)
        assert seen(told) == [("sbc-1", "", "unknown", 0)]
        assert (told["complete"], told["switches"][0]["verified"]) == (False, False)
        assert api.last.headers["X-Rollcall-Unknown-Switches"] == "sbc-1"
        with daemon.switch() as switch:
            switch.start(i_account=11)
            wait_until(lambda: seen(api.getNetwork(i_customer=1)) == [("sbc-1", "node-a", "connected", 1)])
            assert api.getNetwork(i_customer=1)["complete"] is True
        wait_until(lambda: seen(api.getNetwork(i_customer=1)) == [("sbc-1", "node-a", "lost", 1)])


def test_the_tool_shows_the_network(daemon, calls):
    shown = tool(daemon, "network", "--customer", "1")
    assert (shown.returncode, shown.stderr.count("sbc-2")) == (0, 1), "sbc-2 is away"
    nodes, switches = (part.splitlines() for part in shown.stdout.split("\n\n"))
    assert nodes[0].split() == ["node_id", "state", "since", "version", "round_trip", "clock_offset"]
    assert nodes[1].split()[:2] == ["node-a", "up"]
    assert switches[0].split() == ["name", "node_id", "state", "verified", "since", "calls", "events_per_second"]
    assert [line.split()[:4] for line in switches[1:]] \
        == [["sbc-1", "node-a", "connected", "true"], ["sbc-2", "node-a", "lost", "false"]]
    assert switches[1].split()[4].endswith("Z") and switches[1].split()[5] == "3"


def test_the_tool_shows_the_network_to_scripts(daemon, calls):
    told = json.loads(tool(daemon, "network", "--json").stdout)
    answer = daemon.trusted().getNetwork(i_customer=1)
    for figures in (told, answer):
        for one in figures["switches"]:
            one.pop("events_per_second")
    assert (told["nodes"], told["switches"], told["complete"]) == (answer["nodes"], answer["switches"], True)
    listed = list(csv.DictReader(io.StringIO(tool(daemon, "network", "--csv", "--customer", "2").stdout)))
    assert [(one["name"], one["calls"], one["events_per_second"]) for one in listed] \
        == [("sbc-1", "2", ""), ("sbc-2", "0", "")]
    assert tool(daemon, "network", "--customer", "999").returncode == 3


# --- several nodes

def test_both_nodes_tell_the_same_and_who_is_missing():
    names = {"sbc-a": 1, "sbc-b": 1}
    with Cluster(["node-a", "node-b"], switches=names) as cluster:
        with cluster.a.switch("sbc-a") as first, cluster.b.switch("sbc-b") as second:
            first.start(i_account=11)
            second.start(i_account=11)
            second.start(i_account=21, id="kept")
            whole = [("sbc-a", "node-a", "connected", 1), ("sbc-b", "node-b", "connected", 2)]
            for node in cluster.nodes:
                told = wait_until(lambda: (told := node.answer("getNetwork")[0])["complete"] and seen(told) == whole and told,
                                  what=f"the network of {node.name}")
                assert [(one["node_id"], one["state"]) for one in told["nodes"]] == [("node-a", "up"), ("node-b", "up")]
                assert [set(one) for one in told["nodes"]] == [ROOT_NODE] * 2
                assert len({one["version"] for one in told["nodes"]}) == len({one["directory_hash"] for one in told["nodes"]}) == 1
                assert all(STARTED <= one["since"] <= time.time() for one in told["nodes"] + told["switches"])
                trips = {one["node_id"]: one["round_trip"] for one in told["nodes"]}
                assert trips.pop(node.name) == 0 and all(trip > 0 for trip in trips.values())
                reseller = node.login("reseller")
                assert seen(reseller.getNetwork()) == [("sbc-a", "node-a", "connected", 0), ("sbc-b", "node-b", "connected", 1)]
                assert [set(one) for one in reseller.getNetwork()["nodes"]] == [PLAIN_NODE] * 2
                reseller.close()
            since = {one["name"]: one["since"] for one in told["switches"]}
            cluster.b.kill()
            cluster.missing_named(cluster.b)
            told, missing = cluster.a.answer("getNetwork")
            assert (told["complete"], missing) == (False, {"node-b"})
            assert [(one["node_id"], one["state"]) for one in told["nodes"]] == [("node-a", "up"), ("node-b", "missing")]
            assert set(told["nodes"][1]) == PLAIN_NODE | {"directory_hash"}
            assert told["nodes"][1]["version"] == told["nodes"][0]["version"]
            assert seen(told) == [("sbc-a", "node-a", "connected", 1), ("sbc-b", "node-b", "connected", None)], "as last known"
            assert set(by_name(told)["sbc-b"]) == PLAIN_SWITCH - {"calls"}
            assert {one["name"]: one["since"] for one in told["switches"]} == since
            shown = tool(cluster.a, "network", "--customer", "1")
            assert shown.returncode == 6 and "node-b is missing from this answer" in shown.stderr
        with cluster.a.switch("sbc-b").connect([{"id": "kept", "state": "Connected", "setup_time": STARTED, "i_account": 21}]):
            wait_until(lambda: seen(cluster.a.answer("getNetwork")[0])[1] == ("sbc-b", "node-a", "connected", 1),
                       what="sbc-b at its new node")
