"""A Kamailio that two nodes may connect to, in order of preference: the first that is up does."""

import contextlib
import time

import pytest

from cluster import SOON, Cluster
from harness import wait_until
from test_kamailio import Lab, live, standing_still

CALLS = 4


@pytest.fixture
def lab():
    with Lab() as lab:
        lab.start_kamailio()
        yield lab


@pytest.fixture
def cluster(lab):
    block = {"name": lab.name, "evapi": lab.evapi, "rpc": lab.rpc_url, "nodes": ["node-a", "node-b"]}
    with Cluster(["node-a", "node-b"], switches={}, config={"kamailio": [block]}) as running:
        yield running


def owned(cluster, by, calls, nodes=None):
    """Waits until that node has the calls, and these nodes (default: all) list each once."""
    def shown():
        for node in nodes or cluster:
            rows = live(node)
            assert {row["NODE_ID"] for row in rows.values()} == {by.name}, (node.name, rows)
            assert len(node.ids()) == calls and {row["CC_STATE"] for row in rows.values()} == {"Connected"}
        return rows.keys()
    return wait_until(shown, SOON, f"{calls} calls at {by.name}")


def test_the_next_node_takes_kamailio_over_and_the_preferred_one_takes_it_back(lab, cluster):
    a, b = cluster
    callee = lab.start_callee(ring_ms=50)
    caller = lab.start_caller(CALLS, ["801", "821"])
    wait_until(lambda: len(lab.dialogs()) == CALLS)
    ids = owned(cluster, a, CALLS)

    a.kill()
    assert owned(cluster, b, CALLS, [b]) == ids, "calls keep their IDs"
    assert b.answer()[1] == {"node-a"}

    a.start()
    cluster.complete_everywhere()
    assert owned(cluster, a, CALLS) == ids
    with contextlib.closing(b.trusted()) as api:
        assert api.disconnectCustomer(i_customer=1) == {"result": "OK", "count": CALLS}
    assert caller.finish(SOON) == 0
    wait_until(lambda: callee.count("BYE", "Recv") == CALLS)
    cluster.agree([])


def test_no_call_is_missed_while_kamailio_goes_from_node_to_node(lab, cluster):
    a, b = cluster
    lab.start_callee(ring_ms=50)
    lab.start_caller(CALLS, ["801", "821"])
    wait_until(lambda: len(lab.dialogs()) == CALLS)
    ids = owned(cluster, a, CALLS)
    a.kill()
    owned(cluster, b, CALLS, [b])
    a.start(wait=False)
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline and {row["NODE_ID"] for row in b.rows()} != {"node-a"}:
        listed = [row["ID"] for row in b.rows()]
        assert sorted(listed) == sorted(ids), "each call once at any moment"
    assert owned(cluster, a, CALLS) == ids


def test_a_kamailio_that_stands_still_is_not_fought_over(lab, cluster):
    a, b = cluster
    lab.start_callee(ring_ms=50)
    lab.start_caller(CALLS, ["801", "821"])
    wait_until(lambda: len(lab.dialogs()) == CALLS)
    ids = owned(cluster, a, CALLS)
    with standing_still(lab):
        assert owned(cluster, a, CALLS) == ids
    assert owned(cluster, a, CALLS) == ids
