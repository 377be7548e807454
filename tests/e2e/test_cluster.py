"""Three nodes, three switches, one answer: whoever is asked answers for all (contract, 5.3, 5.5 and [cluster])."""

import base64
import concurrent.futures
import os
import xmlrpc.client

import pytest

from cluster import Cluster, lasting, missing_of
from harness import PATIENCE, authorization, wait_until

ORDERS = ["oldest_first", "oldest_last", "longest_first", "longest_last"]
ACCOUNTS = [11, 21, 31, 41]
EACH = 25  # calls of each switch


@pytest.fixture(scope="module")
def cluster():
    with Cluster() as running:
        yield running


@pytest.fixture
def switches(cluster):
    """A switch at each node with calls of the same accounts, set up alternately."""
    connected = []
    for number, node in enumerate(cluster):
        switch = node.switch(f"sbc-{'abc'[number]}")
        switch.connect([{"id": f"{n}-{number}-{switch.epoch}", "state": "Connected" if n % 3 else "ARComplete",
                         "setup_time": 1_700_000_000 + 3 * n + number, "connect_time": 1_700_000_500 + 7 * (n % 11),
                         "i_account": ACCOUNTS[n % 4], "i_connection": 1 + n % 3} for n in range(EACH)])
        connected.append(switch)
    wait_until(lambda: all(len(node.ids()) == 3 * EACH for node in cluster))
    yield connected
    for switch in connected:
        switch.snapshot()
    cluster.agree([])
    wait_until(lambda: not any(node.ids() for node in cluster))
    for switch in connected:
        switch.close()


def everywhere(cluster, ask):
    """What every node answers, which must be the same."""
    answers = [ask(node) for node in cluster]
    for node, answer in zip(cluster, answers):
        assert answer == answers[0], node.name
    return answers[0]


# --- lists and counts

@pytest.mark.parametrize("method", ["listAllCalls", "listActiveCalls"])
@pytest.mark.parametrize("order", ORDERS)
def test_every_node_lists_the_same_calls_in_the_same_order(cluster, switches, method, order):
    rows = everywhere(cluster, lambda node: node.rows(method, order=order))
    assert len(rows) == len({row["ID"] for row in rows}) == 3 * EACH
    setups = [row["SETUP_TIME"] for row in rows]
    if order.startswith("oldest"):
        assert setups == sorted(setups, reverse=order == "oldest_last")
    for node in cluster:
        assert {row["ID"].split(":")[0] for row in rows if row["NODE_ID"] == node.name} == {f"sbc-{node.name[-1]}"}


@pytest.mark.parametrize("order", ORDERS)
def test_offset_and_limit_are_of_the_whole_list(cluster, switches, order):
    whole = cluster.a.ids(order=order)
    for offset, limit in ((0, 10), (5, 1), (20, 40), (70, 10), (75, 5), (1000, 5), (3, 0)):
        page = everywhere(cluster, lambda node: node.ids(order=order, offset=offset, limit=limit))
        assert page == whole[offset:offset + limit]


def test_a_node_id_keeps_the_calls_of_that_node(cluster, switches):
    for owner, switch in zip(cluster, switches):
        ids = everywhere(cluster, lambda node: node.ids(node_id=owner.name))
        assert len(ids) == EACH and all(id.startswith(f"{switch.name}:") for id in ids)
    assert everywhere(cluster, lambda node: node.ids(node_id="node-z")) == []


@pytest.mark.parametrize("fields", [{"i_account": 21}, {"i_vendor": 1}, {"i_connection": 3}, {"i_customer": 2},
                                    {"i_customer": 2, "recursive": False}, {"i_customer": 1, "recursive": False}])
def test_filters_and_scopes_hold_for_the_calls_of_all_nodes(cluster, switches, fields):
    rows = everywhere(cluster, lambda node: node.rows(**fields))
    assert {row["NODE_ID"] for row in rows} == {"node-a", "node-b", "node-c"}
    accounts = {"i_account": {21}, "i_customer": {21, 31} if fields.get("recursive", True) else {21}}
    if fields == {"i_customer": 1, "recursive": False}:
        accounts["i_customer"] = {11}
    for name, wanted in accounts.items():
        if name in fields:
            assert {row["I_ACCOUNT"] for row in rows} == wanted
    if "i_connection" in fields:
        assert {row["I_CONNECTION"] for row in rows} == {3}


def test_a_reseller_sees_its_own_calls_on_every_node_and_nothing_else(cluster, switches):
    def ask(node):
        api = node.login("reseller")
        try:
            return [lasting(row) for row in api.listAllCalls()]
        finally:
            api.close()
    rows = everywhere(cluster, ask)
    assert {row["I_ACCOUNT"] for row in rows} == {21, 31} and len({row["NODE_ID"] for row in rows}) == 3


def test_the_stats_are_the_same_sums_on_every_node_and_equal_the_lists(cluster, switches):
    for customer, recursive in ((1, True), (1, False), (2, True), (3, False)):
        counts = everywhere(cluster, lambda node: node.answer("getAccountCallStatsCustomer", i_customer=customer,
                                                              recursive=recursive)[0])
        expected = {}
        for row in cluster.b.rows("listActiveCalls", i_customer=customer, recursive=recursive):
            of = expected.setdefault(str(row["I_ACCOUNT"]), [0, 0])
            of[0] += 1
            of[1] += row["CC_STATE"] == "Connected"
        assert counts == {"result": "OK", "data": expected}
    own = everywhere(cluster, lambda node: node.trusted().getAccountCallStats())
    assert own["data"].keys() == {"11"}


# --- disconnects

@pytest.mark.parametrize("asked", range(3))
def test_a_call_is_hung_up_through_any_node_by_its_own_switch_once(cluster, switches, asked):
    api = cluster[asked].trusted()
    for switch in switches:
        id = next(id for id in cluster[asked].ids() if id.startswith(f"{switch.name}:"))
        assert api.disconnectCall(ID=id) == {"result": "OK"}
        own = id.split(":")[1]
        switch.wait_for("disconnect", id=own)
        wait_until(lambda: id not in cluster[asked].ids())
        assert api.disconnectCall(ID=id) == {"result": "Call not found or not accessible"}
        assert [len(other.of_type("disconnect", id=own)) for other in switches] == [other is switch for other in switches]


@pytest.mark.parametrize("asked", range(3))
@pytest.mark.parametrize("method, field, accounts", [("disconnectAccount", {"i_account": 11}, {11}),
                                                     ("disconnectCustomer", {"i_customer": 2}, {21, 31})])
def test_what_is_hung_up_through_any_node_reaches_every_switch_and_counts_once(cluster, switches, asked, method, field,
                                                                              accounts):
    for switch in switches:
        switch.on_disconnect = lambda of, id: of.send(type="call", id=id, state="Disconnecting")
    doomed = {row["ID"] for row in cluster.a.rows() if row["I_ACCOUNT"] in accounts}
    assert {row["NODE_ID"] for row in cluster.a.rows() if row["ID"] in doomed} == {"node-a", "node-b", "node-c"}
    api = cluster[asked].trusted()
    assert api.call(method, field) == {"result": "OK", "count": len(doomed)}
    assert not missing_of(api.last)
    def told():
        return sorted(f"{switch.name}:{message['id']}" for switch in switches for message in switch.of_type("disconnect"))
    wait_until(lambda: told() == sorted(doomed))
    assert cluster[(asked + 1) % 3].trusted().call(method, field) == {"result": "OK", "count": 0}
    wait_until(lambda: {row["ID"] for row in cluster.c.rows() if row["CC_STATE"] == "Disconnecting"} == doomed)


def test_every_node_hung_up_at_once_counts_each_call_once(cluster, switches):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: cluster[n % 3].trusted().disconnectCustomer(i_customer=1), range(6)))
    assert sum(answer["count"] for answer in answers) == 3 * EACH, answers
    for switch in switches:
        wait_until(lambda: len(switch.of_type("disconnect")) >= EACH)
        assert len({message["id"] for message in switch.of_type("disconnect")}) == len(switch.of_type("disconnect")) == EACH


def test_a_switch_that_is_away_is_named_whoever_is_asked(cluster, switches):
    switches[2].close()
    wait_until(lambda: "sbc-c" in cluster.a.trusted().post(
        xmlrpc.client.dumps(({"i_customer": 1, "limit": 0},), "listAllCalls")).headers.get(
            "X-Rollcall-Unverified-Switches", ""))
    id = next(id for id in cluster.a.ids() if id.startswith("sbc-c:"))
    for node in cluster:
        code, text = node.trusted().fault("disconnectCall", ID=id)
        assert code == 503 and "sbc-c" in text
    answer = cluster.a.trusted().disconnectAccount(i_account=41)
    assert answer["count"] > 0 and answer["failed"] > 0
    switches[2].reconnect()


# --- access

def test_a_nonce_of_one_node_is_good_on_every_other(cluster):
    challenge = None
    body = xmlrpc.client.dumps((), "system.listMethods")
    for number, node in enumerate(cluster, 1):
        client = node.login("reseller", None)
        client.login = None  # it would answer a challenge by itself
        if challenge is None:
            challenge = client.post(body).challenges()[0]
        answer = client.post(body, {"Authorization": authorization(
            challenge, "reseller", "secret2", nc=number, cnonce=base64.b16encode(os.urandom(8)).decode())})
        assert answer.status == 200, f"{node.name}: {answer.headers}"


# --- what is said of the cluster

def test_every_node_shows_the_others(cluster):
    for node in cluster:
        metrics = node.metrics()
        for other in cluster.others(node):
            assert metrics[f'rollcall_node_up{{node="{other.name}"}}'] == 1
            assert 0 < metrics[f'rollcall_node_round_trip_seconds{{node="{other.name}"}}'] < PATIENCE
            assert f"node {other.name}: up for " in node.get("/readyz?verbose").text


def test_an_answer_of_a_complete_cluster_says_so(cluster):
    for method, fields in (("listAllCalls", {"i_customer": 1}), ("getAccountCallStats", {}),
                           ("disconnectAccount", {"i_account": 11})):
        api = cluster.b.trusted()
        value = api.call(method, fields)
        assert api.last.headers["X-Rollcall-Complete"] == "yes"
        assert "X-Rollcall-Missing-Nodes" not in api.last.headers
        assert "complete" not in value


def test_a_missing_node_is_a_fault_where_that_is_configured():
    with Cluster(config={"cluster": {"missing_node": "fault"}}) as cluster, cluster.a.switch("sbc-a") as switch:
        switch.start(i_account=11)
        wait_until(lambda: len(cluster.a.ids()) == 1)
        cluster.b.kill()
        for method, fields in (("listAllCalls", {"i_customer": 1}), ("listActiveCalls", {"i_customer": 1}),
                               ("getAccountCallStats", {}), ("getAccountCallStatsCustomer", {"i_customer": 1})):
            def refused():
                code, text = cluster.a.trusted().fault(method, **fields)
                return code == 503 and "node-b" in text
            wait_until(refused, 5)
        cluster.b.start()
        cluster.complete_everywhere()
        assert len(cluster.b.ids()) == 1


def test_a_partial_answer_names_who_is_missing_and_stats_say_that_they_are_not_complete():
    with Cluster() as cluster, cluster.a.switch("sbc-a") as switch:
        switch.start(i_account=11)
        cluster.c.kill()
        cluster.missing_named(cluster.c)
        for node in (cluster.a, cluster.b):
            rows, missing = node.answer()
            assert len(rows) == 1 and missing == {"node-c"}
            stats, missing = node.answer("getAccountCallStatsCustomer")
            assert stats == {"result": "OK", "data": {"11": [1, 1]}, "complete": False} and missing == {"node-c"}
