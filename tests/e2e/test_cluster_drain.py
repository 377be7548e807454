"""Nodes that are taken away: drained, stopped, or forgotten when they are away for good (contract, 5.5)."""

import concurrent.futures
import contextlib
import subprocess
import time
import xmlrpc.client

import pytest

from cluster import SOON, Cluster, Watch
from harness import PATIENCE, Switch, run, wait_until
from test_audit import entries


@pytest.fixture
def cluster():
    with Cluster() as running:
        yield running


def order(node, method, target, **login):
    with contextlib.closing(node.trusted(**login)) as api:
        return getattr(api, method)(node_id=target)


def refused(node, method, target):
    with pytest.raises(xmlrpc.client.Fault) as fault:
        order(node, method, target)
    return fault.value.faultCode, fault.value.faultString


def unmissed(*nodes):
    """Waits until these nodes answer for each other, and miss nobody."""
    names = {node.name for node in nodes}

    def complete():
        for node in nodes:
            assert node.nodes() == {name: "up" for name in names - {node.name}}, node.name
            assert node.answer()[1] == set()
        return True
    wait_until(complete, SOON, "nobody to be missed")


@pytest.mark.parametrize("how", ["drain", "stop"])
def test_a_node_that_leaves_hands_calls_and_hang_ups_over_and_nobody_misses_it(cluster, how):
    a, b, c = cluster
    switch = b.switch("sbc-b", on_disconnect=Switch.ignore).connect()
    kept, doomed = switch.start(i_account=11), switch.start(i_account=11)
    cluster.agree([f"sbc-b:{kept}", f"sbc-b:{doomed}"])
    with contextlib.closing(c.trusted()) as api:
        assert api.disconnectCall(ID=f"sbc-b:{doomed}") == {"result": "OK"}
    with Watch([a, c], [f"sbc-b:{kept}", f"sbc-b:{doomed}"]):
        if how == "drain":
            assert order(a, "drainNode", "node-b") == {"result": "OK"}
            assert b.wait() == 0
        else:
            assert b.stop() == 0
        unmissed(a, c)
    switch.wait_closed()
    switch.port = c.feed_port
    calls = [{"id": id, "state": "Connected", "setup_time": time.time() - 60, "i_account": 11} for id in (kept, doomed)]
    switch.reconnect(calls)
    wait_until(lambda: switch.of_type("disconnect", id=doomed), 2 * PATIENCE, "the hang-up to be sent again")
    assert not switch.of_type("disconnect", id=kept)
    switch.close()
    b.start()
    cluster.complete_everywhere()


def test_a_switch_that_can_move_is_told_where_to_and_keeps_its_connection_until_it_has(cluster):
    a, b, c = cluster
    switch = b.switch("sbc-b").open().hello(can=["move"])
    switch.wait_for("welcome")
    id = switch.start(i_account=11)
    cluster.agree([f"sbc-b:{id}"])
    with Watch([a, c], [f"sbc-b:{id}"]):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            answer = pool.submit(order, a, "drainNode", "node-b")
            told = switch.wait_for("move")
            assert set(told["nodes"]) == {f"127.0.0.1:{a.feed_port}", f"127.0.0.1:{c.feed_port}"}
            assert not switch.closed
            assert "not ready: the node is being drained" in b.get("/readyz").text
            moved = c.switch("sbc-b")
            moved.connect([{"id": id, "state": "Connected", "setup_time": time.time() - 60, "i_account": 11}])
            assert answer.result(PATIENCE) == {"result": "OK"}
        assert b.wait() == 0
        unmissed(a, c)
        assert [row["NODE_ID"] for row in a.rows()] == ["node-c"]
    moved.close()
    b.start()
    cluster.complete_everywhere()


def test_only_those_who_may_take_a_node_away_and_only_one_that_can_be(cluster):
    a, b, c = cluster
    for method in ("drainNode", "forgetNode"):
        assert refused(a, method, "node-x") == (401, "Wrong node_id")
        with contextlib.closing(a.login("reseller")) as api, pytest.raises(xmlrpc.client.Fault) as fault:
            getattr(api, method)(node_id="node-b")
        assert fault.value.faultCode == 403
    assert refused(a, "forgetNode", "node-b")[0] == 409
    b.kill()
    cluster.missing_named(b)
    code, text = refused(a, "drainNode", "node-b")
    assert code == 503 and "node-b" in text
    for form in ([], ["--json"]):
        done = run("rollcall", "nodes", *form, "--url", f"http://127.0.0.1:{a.http_port}/xmlapi/xmlapi")
        assert done.returncode == 6 and done.stderr == "rollcall: node node-b is missing\n" and "node-a" in done.stdout
    done = run("rollcall", "node", "forget", "node-b", "--url", f"http://127.0.0.1:{a.http_port}/xmlapi/xmlapi",
               stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    unmissed(a, c)
    found = [(entry["method"], entry["target"], entry["answer"]) for entry in entries(a)]
    assert ("forgetNode", "node_id=node-b", "OK") in found
    assert ("drainNode", "node_id=node-b") in [(method, target) for method, target, _ in found]
    a.kill()
    a.start()
    unmissed(a, c)  # also after a restart, though it is among the peers
    b.start()
    cluster.complete_everywhere()


def test_a_frozen_node_that_is_to_drain_is_a_fault_that_names_it_and_is_not_forgotten(cluster):
    a, b, c = cluster
    b.freeze()
    code, text = refused(a, "drainNode", "node-b")
    assert code == 503 and "node-b" in text
    cluster.missing_named(b)
    b.thaw()


def test_a_node_beside_a_switch_that_nobody_else_knows_is_missed_when_it_stops():
    with Cluster(["node-a", "node-b"]) as cluster:
        a, b = cluster
        a.config["feed"]["switch"] = [each for each in a.config["feed"]["switch"] if each["name"] != "sbc-b"]
        a.write_config()
        a.reload()
        with b.switch("sbc-b") as switch:
            switch.start(i_account=11)
            wait_until(lambda: len(a.ids()) == 1)
            code, text = refused(a, "drainNode", "node-b")
            assert code == 503 and "sbc-b" in text
            assert b.get("/readyz").status == 200
            b.stop()
            cluster.missing_named(b)
