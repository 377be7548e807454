"""getLimits, `limit` in the stream, metrics and `rollcall limits` (control.md, 4)."""

import copy
import csv
import io
import json
import os
import random
import subprocess
import time

import pytest
from cluster import Cluster

from harness import ACTIVE, BIN, CUSTOMER_OF, DIRECTORY, PASSWORDS, Daemon, Stream, covers, run, wait_until


def directory(customers=None, accounts=None):
    """DIRECTORY with these max_sessions, by id."""
    result = copy.deepcopy(DIRECTORY)
    for entries, key, limits in ((result["customers"], "i_customer", customers or {}),
                                 (result["accounts"], "i_account", accounts or {})):
        for entry in entries:
            if entry[key] in limits:
                entry["max_sessions"] = limits[entry[key]]
    return result


LIMITED = directory({2: 3}, {21: 2, 12: 0})


@pytest.fixture
def daemon(tmp_path):
    with Daemon(directory=LIMITED, folder=tmp_path) as daemon:
        daemon.introduce_switches("sbc-2", "sbc-3")
        yield daemon


@pytest.fixture
def switch(daemon):
    with daemon.switch() as switch:
        yield switch


def limits(api, **fields):
    """{"account 21": (total, max_sessions)} in the order of the answer."""
    told = api.getLimits(**fields)
    assert told["result"] == "OK" and "limits_left_out" not in told
    return {f"{row['kind']} {row['id']}": (row["total"], row["max_sessions"]) for row in told["limits"]}


def reached(api, **fields):
    return {f"{row['kind']} {row['id']}" for row in api.getLimits(**fields)["limits"] if "reached_since" in row}


def stream(daemon, **how):
    return Stream(daemon.http_port, **({} if "login" in how else {"i_customer": 1}), **how)


def test_limits_are_told_with_what_is_used_of_them(daemon, switch):
    api = daemon.trusted()
    begin = time.time()
    assert limits(api, i_customer=1) == {"account 12": (0, 0), "customer 2": (0, 3), "account 21": (0, 2)}
    for account, state in ((21, "Connected"), (31, "ARComplete"), (21, "Disconnecting"), (22, "Idle"), (11, "Connected")):
        switch.start(state, i_account=account)
    wait_until(lambda: len(daemon.everything()) == 5)
    assert limits(api, i_customer=1) == {"account 12": (0, 0), "customer 2": (2, 3), "account 21": (1, 2)}
    assert list(limits(api, i_customer=1)) == ["customer 2", "account 21", "account 12"]  # the fullest first
    assert limits(api, i_customer=1, above=0.6) == {"account 12": (0, 0), "customer 2": (2, 3)}
    assert limits(api, i_customer=1, above=0.67) == {"account 12": (0, 0)}
    assert limits(daemon.login("reseller")) == {"customer 2": (2, 3), "account 21": (1, 2)}
    assert limits(daemon.login("subreseller")) == {} == limits(api, i_customer=10)
    switch.start("Connected", i_account=21)
    wait_until(lambda: reached(api, i_customer=1) == {"customer 2", "account 21"})
    told = api.getLimits(i_customer=1)
    assert told["complete"] is True
    assert told["limits"][1] | {"reached_since": 0} == {"kind": "account", "id": 21, "name": "821", "total": 2,
                                                        "max_sessions": 2, "reached_since": 0}
    assert [row["name"] for row in told["limits"]] == ["reseller", "821", "802"]
    since = told["limits"][1]["reached_since"]
    assert isinstance(since, float) and begin <= since <= time.time()
    time.sleep(1.5)
    assert api.getLimits(i_customer=1)["limits"][1]["reached_since"] == since


def test_faults(daemon):
    api, reseller = daemon.trusted(), daemon.login("reseller")
    assert api.fault("getLimits") == (400, "Parameter i_customer is required")
    assert api.fault("getLimits", above=0.5) == (400, "Parameter i_customer is required")
    for above in (-0.1, 1.5, 2, "much", True):
        assert api.fault("getLimits", i_customer=1, above=above) == (400, "Parameter above must be a number from 0 to 1")
    assert api.fault("getLimits", i_customer=1, limit=5) == (400, "Unknown parameter limit; getLimits takes i_customer, above")
    for customer in (1, 4, 10, 999):
        assert reseller.fault("getLimits", i_customer=customer) == (401, "Wrong i_customer")
    assert limits(reseller, i_customer="", above="") == {"customer 2": (0, 3), "account 21": (0, 2)}
    assert limits(reseller, i_customer=3) == {}


def test_a_switch_that_has_not_told_its_calls_makes_the_answer_incomplete(tmp_path):
    with Daemon(directory=LIMITED, folder=tmp_path) as daemon:
        api = daemon.trusted()
        told = api.getLimits(i_customer=1)
        assert told["complete"] is False and api.last.headers["X-Rollcall-Complete"] == "no"
        daemon.introduce_switches("sbc-1", "sbc-2")
        wait_until(lambda: api.getLimits(i_customer=1)["complete"])
        assert api.last.headers["X-Rollcall-Complete"] == "yes"


def test_a_pair_of_events_is_told_to_those_whose_scope_covers_the_subject(daemon, switch):
    root, reseller = stream(daemon), stream(daemon, login=("reseller", PASSWORDS["reseller"]), lines=False)
    sibling = stream(daemon, login=("sibling", PASSWORDS["sibling"]))
    streams = (root, reseller, sibling)
    for one in streams:
        one.wait_for("synced")
    calls = [switch.start("Connected", i_account=21) for _ in range(2)]
    for one in (root, reseller):
        told = one.wait_for("limit")
        assert {k: told[k] for k in told if k not in ("at", "n")} == {
            "type": "limit", "kind": "account", "id": 21, "state": "reached", "total": 2, "max_sessions": 2}
    late = stream(daemon, i_account=11)  # whatever its filter is
    late.wait_for("limit", kind="account", id=21, state="reached")
    switch.end(calls.pop())
    for one in (root, reseller, late):
        one.wait_for("limit", kind="account", id=21, state="cleared", total=1, max_sessions=2)
    wait_until(lambda: reached(daemon.trusted(), i_customer=1) == set())
    assert not sibling.of_type("limit")
    metrics = daemon.metrics()
    assert metrics['rollcall_limits{kind="account"}'] == 2 and metrics['rollcall_limits{kind="customer"}'] == 1
    for kind, count in (("account", 1), ("customer", 0)):
        assert metrics[f'rollcall_limits_reached{{kind="{kind}"}}'] == 0
        assert metrics[f'rollcall_limits_reached_total{{kind="{kind}"}}'] == count
        assert metrics[f'rollcall_limits_cleared_total{{kind="{kind}"}}'] == count
    assert metrics['rollcall_limit_looks_total{outcome="complete"}'] > 0
    for one in (*streams, late):
        one.close()
        one.check()


def test_a_changed_directory_counts_from_the_next_look_on(daemon, switch):
    api = daemon.trusted()
    with stream(daemon) as events:
        events.wait_for("synced")
        for _ in range(2):
            switch.start("Connected", i_account=21)
        events.wait_for("limit", kind="account", id=21, state="reached")
        daemon.import_directory(directory({2: 2}, {21: -1, 12: 0}))
        events.wait_for("limit", kind="account", id=21, state="cleared", max_sessions=-1)
        events.wait_for("limit", kind="customer", id=2, state="reached", total=2, max_sessions=2)
        assert reached(api, i_customer=1) == {"customer 2"}
        assert limits(api, i_customer=1) == {"customer 2": (2, 2), "account 12": (0, 0)}
        daemon.import_directory(directory({2: 50}, {21: -1, 12: 0}))
        events.wait_for("limit", kind="customer", id=2, state="cleared", total=2, max_sessions=50)
        events.check()


def test_a_limit_refuses_nothing(daemon, switch):
    for _ in range(3):
        switch.start("Connected", i_account=12)
    wait_until(lambda: reached(daemon.trusted(), i_customer=1) == {"account 12"})
    assert limits(daemon.trusted(), i_customer=1)["account 12"] == (3, 0)
    assert not switch.of_type("disconnect")


def test_a_restart_begins_anew(daemon):
    with daemon.switch() as switch:
        for _ in range(2):
            switch.start("Connected", i_account=21)
        wait_until(lambda: reached(daemon.trusted(), i_customer=1) == {"account 21"})
    daemon.kill()
    again = time.time()
    daemon.start()
    assert reached(daemon.trusted(), i_customer=1) == set()
    with daemon.switch() as switch:
        for _ in range(2):
            switch.start("Connected", i_account=21)
        wait_until(lambda: reached(daemon.trusted(), i_customer=1) == {"account 21"})
        row = daemon.trusted().getLimits(i_customer=1)["limits"][0]
        assert row["reached_since"] > again


def test_limits_are_what_a_recount_says(tmp_path):
    dice = random.Random(4)
    wanted = directory({1: 20, 2: 6, 3: 2, 4: 0, 10: 9}, {11: 4, 21: 3, 31: 1, 41: 2, 101: 5})
    with Daemon(directory=wanted, folder=tmp_path) as daemon, daemon.switch() as switch:
        api = daemon.trusted()
        up = []
        for _ in range(12):
            for _ in range(dice.randrange(12)):
                up.append(switch.start(dice.choice(["Idle", "WaitRoute", "ARComplete", "Connected"]),
                                       i_account=dice.choice([11, 12, 21, 22, 31, 41, 999])))
            dice.shuffle(up)
            while len(up) > dice.randrange(25):
                switch.end(up.pop())
            wait_until(lambda: {f"sbc-1:{id}" for id in up} == {
                id for id, row in daemon.everything().items() if row["CC_STATE"] != "Dead"})
            rows = [row for row in api.listAllCalls(i_customer=1) if row["CC_STATE"] in ACTIVE]
            told = limits(api, i_customer=1)
            assert len(told) == 8
            for whose, (total, _) in told.items():
                kind, number = whose.split()
                if kind == "account":
                    recount = sum(row["I_ACCOUNT"] == int(number) for row in rows)
                else:
                    recount = sum(covers(int(number), CUSTOMER_OF.get(row["I_ACCOUNT"], 1)) for row in rows)
                assert total == recount, whose


def test_the_tool_shows_limits_as_table_json_and_csv(daemon, switch):
    for _ in range(2):
        switch.start("Connected", i_account=21)
    wait_until(lambda: reached(daemon.trusted(), i_customer=1) == {"account 21"})
    environment = {**os.environ, "ROLLCALL_URL": f"http://127.0.0.1:{daemon.http_port}/xmlapi/xmlapi"}

    def tool(*arguments):
        return run("rollcall", "limits", *arguments, env=environment)
    told = daemon.trusted().getLimits(i_customer=1)["limits"]
    rows = json.loads(tool("--customer", "1", "--json").stdout)
    assert [row | {"reached_since": 0} for row in rows] == [row | {"reached_since": 0} for row in told]
    cells = list(csv.DictReader(io.StringIO(tool("--customer", "1", "--csv").stdout)))
    assert list(cells[0]) == ["kind", "id", "name", "total", "max_sessions", "reached_since"]
    assert [(cell["kind"], cell["id"], cell["total"]) for cell in cells] == [
        (row["kind"], str(row["id"]), str(row["total"])) for row in told]
    table = tool("--above", "1")
    assert "asking as customer 1" in table.stderr and table.returncode == 0
    lines = table.stdout.splitlines()
    assert lines[0].split() == ["kind", "id", "name", "total", "max_sessions", "reached_since"]
    assert len(lines) == 3 and lines[1].split()[:5] == ["account", "21", "821", "2", "2"] and lines[1].endswith("Z")
    assert tool("--customer", "999").returncode == 3
    assert tool("--above", "2").returncode == 2
    watched = subprocess.run(["timeout", "3", BIN / "rollcall", "watch", "--customer", "1"], env=environment, text=True,
                             capture_output=True)
    assert "limit   of account 21 is reached: 2 calls, max_sessions 2" in watched.stdout


@pytest.mark.slow
def test_limits_are_those_of_all_nodes_and_a_missing_node_clears_none():
    with Cluster(("node-a", "node-b"), directory=LIMITED) as cluster, \
            cluster.a.switch("sbc-a") as here, cluster.b.switch("sbc-b") as there:
        cluster.a.introduce_switches("sbc-c")
        calls = [f"sbc-a:{here.start('Connected', i_account=21)}", f"sbc-b:{there.start('Connected', i_account=21)}"]
        cluster.agree(calls)
        events = stream(cluster.a)
        for node in (cluster.a, cluster.b):
            assert limits(node.trusted(), i_customer=1)["account 21"] == (2, 2)
            wait_until(lambda: reached(node.trusted(), i_customer=1) == {"account 21"}, what=node.name)
        events.wait_for("limit", kind="account", id=21, state="reached")
        cluster.b.freeze()
        cluster.missing_named(cluster.b)
        api = cluster.a.trusted()
        told = api.getLimits(i_customer=1)
        assert told["complete"] is False and api.last.headers["X-Rollcall-Missing-Nodes"] == "node-b"
        assert limits(api, i_customer=1)["account 21"] == (1, 2)
        time.sleep(2.5)
        assert reached(api, i_customer=1) == {"account 21"}
        assert not events.of_type("limit", state="cleared")
        assert cluster.a.metrics()['rollcall_limit_looks_total{outcome="incomplete"}'] > 0
        cluster.b.thaw()
        cluster.complete_everywhere()
        time.sleep(2.5)
        assert reached(api, i_customer=1) == {"account 21"} and not events.of_type("limit", state="cleared")
        there.end(calls[1].split(":")[1])
        events.wait_for("limit", kind="account", id=21, state="cleared", total=1)
        events.close()
        events.check()
