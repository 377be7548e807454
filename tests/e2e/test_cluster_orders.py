"""An order to hang up does not outlive its answer (contract, 5.2): what reaches a node that stood still or was cut off when
its time is over hangs up nothing, least of all calls that began meanwhile.
"""

import concurrent.futures
import json
import re
import time

import pytest

from cluster import Cluster
from harness import DIRECTORY, Switch, wait_until

DEADLINE, PATIENCE = 5.0, 6.0  # until when an order may be begun, and when a node that does not answer is told
FROZEN = 8.0


@pytest.fixture(scope="module")
def cluster():
    with Cluster(network=True) as running:
        yield running


@pytest.fixture
def switches(cluster):
    """A switch at each node that ignores what it is told, with five calls of account 11."""
    cluster.complete_everywhere()
    made = [node.switch(f"sbc-{node.name[-1]}", on_disconnect=Switch.ignore).connect() for node in cluster]
    for switch in made:
        switch.snapshot()
        switch.old = [switch.start(i_account=11) for _ in range(5)]
    cluster.agree([f"{switch.name}:{id}" for switch in made for id in switch.old])
    yield made
    for switch in made:
        switch.reconnect()
    cluster.agree([])
    for switch in made:
        switch.close()


@pytest.fixture
def asked():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        yield lambda node, method, **fields: pool.submit(lambda: node.trusted().fault(method, **fields))


def hung_up(switch):
    return {message["id"] for message in switch.of_type("disconnect")}


def wait_from(began, seconds):
    time.sleep(max(0.0, began + seconds - time.monotonic()))  # the length of the frost, or of the cut


def doubt_of(answer, name):
    code, text = answer.result()
    assert code == 503
    assert re.match(rf"Nodes? ([\w, -]+, )?{name}(, [\w-]+)* did not answer in time; .* may have been hung up", text), text
    return text


def begin_one(cluster, switch):
    """A new call of the account; it is one like the others as soon as everybody sees it."""
    new = switch.start(i_account=11)
    wait_until(lambda: all(f"{switch.name}:{new}" in node.ids() for node in cluster), 15, "the new call everywhere")
    return new


@pytest.mark.parametrize("method, fields", [("disconnectAccount", {"i_account": 11}),
                                            ("disconnectCustomer", {"i_customer": 1})])
def test_a_node_frozen_when_an_order_comes_hangs_up_nothing_when_it_thaws(cluster, switches, asked, method, fields):
    a, b, c = cluster
    b.freeze()
    began = time.monotonic()
    try:
        answer = asked(a, method, **fields)
        text = doubt_of(answer, "node-b")
        assert time.monotonic() - began >= PATIENCE - 0.1, "while it could be begun nobody says what came of it"
        assert "10 disconnects were sent" in text
        new = switches[1].start(i_account=11)  # it waits in the frozen node's socket, as the order does
        wait_from(began, FROZEN)
    finally:
        b.thaw()
    wait_until(lambda: f"sbc-b:{new}" in a.ids(), 15, "the call that began meanwhile")
    switches[1].ping()
    assert hung_up(switches[1]) == set(), "an order outlived its answer"
    assert hung_up(switches[0]) == set(switches[0].old)
    # And what is asked for now is done.
    assert a.trusted().disconnectAccount(i_account=11)["count"] == 6
    wait_until(lambda: hung_up(switches[1]) == {*switches[1].old, new})


def test_the_call_of_a_frozen_node_may_have_been_hung_up_and_is_not_later(cluster, switches, asked):
    a, b, c = cluster
    b.freeze()
    began = time.monotonic()
    try:
        text = doubt_of(asked(a, "disconnectCall", ID=f"sbc-b:{switches[1].old[0]}"), "node-b")
        assert "; 1 call may have been hung up" in text
        wait_from(began, FROZEN)
    finally:
        b.thaw()
    begin_one(cluster, switches[1])
    assert hung_up(switches[1]) == set()


def test_a_node_frozen_for_less_than_its_order_lasts_hangs_up_what_was_meant_and_nothing_else(cluster, switches):
    a, b, c = cluster
    b.freeze()
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        try:
            answer = pool.submit(lambda: a.trusted().disconnectAccount(i_account=11))
            wait_from(began, 1.0)
            new = switches[1].start(i_account=11)
        finally:
            b.thaw()
        assert answer.result() == {"result": "OK", "count": 15}
    wait_until(lambda: f"sbc-b:{new}" in a.ids(), 15, "the call that began meanwhile")
    wait_until(lambda: hung_up(switches[1]) == set(switches[1].old))
    switches[1].ping()
    assert new not in hung_up(switches[1])


def test_the_node_that_was_asked_freezes_with_the_request_under_way(cluster, switches, asked):
    a, b, c = cluster
    b.freeze()
    began = time.monotonic()
    try:
        answer = asked(a, "disconnectAccount", i_account=11)
        wait_until(lambda: hung_up(switches[0]) == set(switches[0].old), what="its own part done")
        a.freeze()
        new = [switch.start(i_account=11) for switch in switches]
        wait_from(began, FROZEN)
        a.thaw()
        doubt_of(answer, "node-b")  # and node-c, where its answer had not come before the frost
    finally:
        a.thaw()
        b.thaw()
    wait_until(lambda: all(f"{s.name}:{id}" in node.ids() for s, id in zip(switches, new) for node in cluster), 15)
    assert hung_up(switches[1]) == set()
    for switch, id in zip(switches, new):
        assert id not in hung_up(switch)


def test_a_request_that_waited_in_a_frozen_nodes_socket_is_not_begun_anywhere(cluster, switches, asked):
    a, b, c = cluster
    a.freeze()
    began = time.monotonic()
    try:
        answer = asked(a, "disconnectAccount", i_account=11)
        wait_from(began, FROZEN)
        new = [switch.start(i_account=11) for switch in switches]
    finally:
        a.thaw()
    code, text = answer.result()
    # Whether node-a still counts the others as up depends on what it reads first after the frost.
    assert code == 503 and re.search("Nodes? node-a(, node-b, node-c)? did not answer in time; nothing was sent$", text), text
    wait_until(lambda: all(f"{s.name}:{id}" in node.ids() for s, id in zip(switches, new) for node in cluster), 15)
    for switch in switches:
        switch.ping()
        assert hung_up(switch) == set()


@pytest.mark.parametrize("asking, other", [(0, 1), (1, 0)], ids=["cut from the executing node", "cut from the asked node"])
def test_an_order_that_waits_behind_a_cut_cable_is_not_begun_when_it_heals(cluster, switches, asked, asking, other):
    asked_at, cut = cluster[asking], cluster[1]
    cluster.cut(cut)
    began = time.monotonic()
    try:
        doubt_of(asked(asked_at, "disconnectCall", ID=f"sbc-{'ab'[other]}:{switches[other].old[0]}"),
                 cluster[other].name)
        wait_from(began, FROZEN)
    finally:
        cluster.heal(cut)
    begin_one(cluster, switches[other])
    assert hung_up(switches[other]) == set()


# --- another directory

def test_a_node_with_another_directory_makes_answers_incomplete_and_takes_no_orders(cluster, switches):
    a, b, c = cluster
    changed = json.loads(json.dumps(DIRECTORY))
    changed["accounts"].append({"i_account": 99, "i_customer": 1, "username": "new here"})
    b.import_directory(changed)
    assert "not reloaded" not in b.reload()

    def told():
        headers = headers_of(a)
        return headers.get("X-Rollcall-Other-Directory") == "node-b" and headers["X-Rollcall-Complete"] == "no"

    api = a.trusted()
    assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 10, "failed": 1}, \
        "an order does not wait for that, and of node-b's switch nothing is known"
    assert hung_up(switches[1]) == set()
    assert api.fault("disconnectAccount", i_account=12) == (
        503, "Switch sbc-b is away; Node node-b has another directory; nothing was sent")
    theirs = next(row["ID"] for row in api.listAllCalls(i_customer=1) if row["ID"].startswith("sbc-b:"))
    assert api.fault("disconnectCall", ID=theirs) == (503, "Node node-b is missing")
    wait_until(told, 15, "another directory in the headers")
    assert a.metrics()['rollcall_node_other_directory{node="node-b"}'] == 1
    for node in (a, c):
        node.import_directory(changed)
        node.reload()
    wait_until(lambda: "X-Rollcall-Other-Directory" not in headers_of(a), 15, "one directory again")
    assert a.trusted().disconnectAccount(i_account=11) == {"result": "OK", "count": 5}


def headers_of(node):
    api = node.trusted()
    api.listAllCalls(i_customer=1)
    return api.last.headers


def test_hang_ups_of_a_node_that_was_killed_go_on_at_the_one_that_its_switch_has_gone_to():
    calls = {"calls": {"disconnect_retry": "500ms"}}
    with Cluster(("node-a", "node-b"), config=calls, switches={"sbc-1": 1}) as pair:
        old, other = [{"id": id, "state": "Connected", "setup_time": 1e9 + .25, "i_account": 11} for id in ("old", "other")]
        switch = pair.a.switch("sbc-1", on_disconnect=Switch.ignore).connect([old])
        pair.agree(["sbc-1:old"])
        assert pair.a.trusted().disconnectCall(ID="sbc-1:old")["result"] == "OK"
        switch.wait_for("disconnect", id="old")
        pair.a.kill()
        switch.wait_closed()
        there = pair.b.switch("sbc-1", on_disconnect=Switch.ignore).connect([old, other])
        there.ping()
        assert hung_up(there) == set()  # what it was told elsewhere nobody here knows yet
        pair.a.start()
        there.wait_for("disconnect", id="old")
        there.end("old")
        pair.agree(["sbc-1:other"])
        assert hung_up(there) == {"old"}
        there.close()
        switch.close()
