"""Dry runs, bounds and disconnectCalls (control.md, 1 and 2)."""

import concurrent.futures
import sqlite3

import pytest

from cluster import Cluster
from harness import Daemon, Switch, wait_until

NOBODY = {"sbc-1": 1}


@pytest.fixture(scope="module")
def own():
    """With a switch of its own, so that no other is unknown."""
    with Daemon(switches=NOBODY) as daemon:
        yield daemon


@pytest.fixture
def sbc(own):
    """Has the calls a and b of account 11, and c of account 21, and does not hang up what it is told to."""
    with own.switch(on_disconnect=Switch.ignore) as switch:
        switch.calls = {name: f"sbc-1:{switch.start('Connected', i_account=account, cli=cli, i_connection=1)}"
                        for name, account, cli in (("a", 11, "4411"), ("b", 11, "4422"), ("c", 21, "9911"))}
        wait_until(lambda: len(own.everything()) == 3)
        yield switch
        switch.snapshot()
        wait_until(lambda: not own.everything())


def hung_up(switch):
    switch.ping()
    return sorted({f"sbc-1:{message['id']}" for message in switch.of_type("disconnect")})


def test_a_dry_run_tells_what_would_be_hung_up_and_sends_nothing(own, sbc):
    told = own.trusted().disconnectCustomer(i_customer=1, dry_run=True)
    assert {name: told[name] for name in ("result", "count", "failed", "customers", "connections")} == \
        {"result": "OK", "count": 3, "failed": 0, "customers": {"1": 2, "2": 1}, "connections": {"1": 3}}
    assert sorted(told["sample"]) == sorted(sbc.calls.values())
    assert 0 <= told["oldest"] < 60
    assert hung_up(sbc) == []


@pytest.mark.parametrize("method, fields", [("disconnectAccount", {"i_account": 11}), ("disconnectCustomer", {"i_customer": 2}),
                                            ("disconnectCalls", {"i_customer": 1, "cli": "44*"})])
def test_each_method_is_previewed_and_bounded(own, sbc, method, fields):
    api = own.trusted()
    told = api.call(method, {"dry_run": True, **fields})
    assert api.fault(method, max_calls=told["count"] - 1, **fields)[0] == 409
    assert api.call(method, {"max_calls": told["count"], **fields})["count"] == told["count"] > 0
    assert len(hung_up(sbc)) == told["count"]


def test_one_call_is_previewed(own, sbc):
    api = own.trusted()
    told = api.disconnectCall(ID=sbc.calls["a"], dry_run=True)
    assert (told["result"], told["count"], told["sample"]) == ("OK", 1, [sbc.calls["a"]])
    nothing = api.disconnectCall(ID="sbc-1:none", dry_run=True)
    assert (nothing["result"], nothing["count"]) == ("Call not found or not accessible", 0)
    assert api.disconnectCall(ID=sbc.calls["a"], max_calls=1) == {"result": "OK"}
    assert hung_up(sbc) == [sbc.calls["a"]]


@pytest.mark.parametrize("method, fields", [("disconnectAccount", {"i_account": 11}), ("disconnectCustomer", {"i_customer": 1}),
                                            ("disconnectCalls", {"i_customer": 1, "cli": "44*"})])
def test_what_was_previewed_is_confirmed_and_no_more(own, sbc, method, fields):
    api = own.trusted()
    told = api.call(method, {"dry_run": True, **fields})
    late = f"sbc-1:{sbc.start('Connected', i_account=11, cli='4433')}"
    wait_until(lambda: len(own.everything()) == 4)
    assert api.call(method, {"confirm": told["confirm"], **fields}) == {"result": "OK", "count": told["count"]}
    assert late not in hung_up(sbc) and len(hung_up(sbc)) == told["count"] > 0
    assert api.call(method, {"confirm": told["confirm"], **fields}) == {"result": "OK", "count": 0}
    assert late not in hung_up(sbc)


def test_a_confirmation_is_of_one_request_and_login(own, sbc):
    api = own.trusted()
    token = api.disconnectAccount(i_account=11, dry_run=True)["confirm"]
    others = [(api, "disconnectAccount", {"i_account": 21}), (api, "disconnectCustomer", {"i_customer": 1}),
              (api, "disconnectAccount", {"i_account": 11, "i_customer": 1}),
              (own.login("ssp-root"), "disconnectAccount", {"i_account": 11})]
    for client, method, fields in others:
        assert client.fault(method, confirm=token, **fields)[0] == 409
    for bad in (token[:-1], token + "A", "yes"):
        assert api.fault("disconnectAccount", i_account=11, confirm=bad)[0] == 409
    for bad in ("", None, 7):
        assert api.fault("disconnectAccount", i_account=11, confirm=bad)[0] == 400
    assert api.fault("disconnectAccount", i_account=11, confirm=token, max_calls=1) == (409, "2 calls match, max_calls is 1")
    assert hung_up(sbc) == []
    assert api.disconnectAccount(i_account=11, confirm=token, max_calls=2)["count"] == 2


def test_a_confirmation_by_a_node_that_has_restarted_since_hangs_up_nothing(own):
    with Daemon(switches=NOBODY) as daemon:
        with daemon.switch(on_disconnect=Switch.ignore) as switch:
            switch.start("Connected", i_account=11)
            wait_until(lambda: len(daemon.everything()) == 1)
            token = daemon.trusted().disconnectAccount(i_account=11, dry_run=True)["confirm"]
        daemon.kill()
        daemon.start()
        with daemon.switch(on_disconnect=Switch.ignore) as switch:
            switch.start("Connected", i_account=11)
            wait_until(lambda: len(daemon.everything()) == 1)
            code, why = daemon.trusted().fault("disconnectAccount", i_account=11, confirm=token)
            assert code == 409 and "restarted since the dry run" in why
            switch.ping()
            assert not switch.of_type("disconnect")


def test_more_than_max_calls_hangs_up_nothing(own, sbc):
    api = own.trusted()
    for dry_run in (False, True):
        assert api.fault("disconnectCustomer", i_customer=1, max_calls=2, dry_run=dry_run) == \
            (409, "3 calls match, max_calls is 2")
    assert hung_up(sbc) == []
    assert api.disconnectCustomer(i_customer=1, max_calls=3) == {"result": "OK", "count": 3}


def test_disconnectCalls_hangs_up_what_matches_and_nothing_else(own, sbc):
    api = own.trusted()
    assert api.disconnectCalls(i_customer=1, cli="44*", max_calls=10) == {"result": "OK", "count": 2}
    assert hung_up(sbc) == sorted([sbc.calls["a"], sbc.calls["b"]])
    assert api.disconnectCalls(i_customer=1, cli="44*", max_calls=10) == {"result": "OK", "count": 0}
    assert api.disconnectCalls(i_customer=1, recursive=False, cli="99*", max_calls=10) == {"result": "OK", "count": 0}
    assert api.disconnectCalls(i_customer=1, i_account=21, cli="99*", max_calls=10) == {"result": "OK", "count": 1}


@pytest.mark.parametrize("fields, text", [
    ({}, "A filter is needed that can leave a call out"), ({"cli": "*"}, "A filter is needed that can leave a call out"),
    ({"min_age": 0}, "A filter is needed that can leave a call out"),
    ({"recursive": False}, "A filter is needed that can leave a call out"), ({"cli": ""}, "cli"), ({"clid": "44*"}, "clid")])
def test_disconnectCalls_of_everything_is_refused(own, sbc, fields, text):
    code, why = own.trusted().fault("disconnectCalls", i_customer=1, max_calls=100, **fields)
    assert code == 400 and text in why
    assert hung_up(sbc) == []


def test_disconnectCalls_is_held_to_something_and_to_the_scope(own, sbc):
    assert own.trusted().fault("disconnectCalls", i_customer=1, cli="44*")[0] == 400
    assert own.trusted().fault("disconnectCalls", cli="44*", max_calls=9)[0] == 400
    reseller = own.login("reseller")
    assert reseller.fault("disconnectCalls", i_customer=1, cli="44*", max_calls=9) == (401, "Wrong i_customer")
    assert reseller.disconnectCalls(cli="44*", max_calls=9) == {"result": "OK", "count": 0}
    assert reseller.disconnectCalls(switch="sbc-1", max_calls=9) == {"result": "OK", "count": 1}
    assert hung_up(sbc) == [sbc.calls["c"]]


def test_without_a_bound_a_large_disconnect_is_refused_where_that_is_configured():
    with Daemon(switches=NOBODY, config={"api": {"confirm_above": 2}}) as daemon, \
            daemon.switch(on_disconnect=Switch.ignore) as switch:
        for _ in range(3):
            switch.start(i_account=11)
        wait_until(lambda: len(daemon.everything()) == 3)
        api = daemon.trusted()
        code, why = api.fault("disconnectAccount", i_account=11)
        assert code == 409 and "3 calls match, more than 2" in why and "dry_run" in why
        assert not switch.of_type("disconnect")
        told = api.disconnectAccount(i_account=11, dry_run=True)
        assert told["count"] == 3
        assert api.disconnectAccount(i_account=11, confirm=told["confirm"])["count"] == 3


def audited(daemon):
    connection = sqlite3.connect(f"file:{daemon.folder / 'audit.db'}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute("SELECT r.method, r.target, r.reason, a.text, (SELECT count(*) FROM call c WHERE c.entry = r.entry) "
                                  "FROM request r JOIN answer a USING (entry) ORDER BY r.entry").fetchall()
    finally:
        connection.close()


def test_what_was_previewed_refused_and_done_is_in_the_audit_log_with_its_reason():
    with Daemon(switches=NOBODY) as daemon, daemon.switch(on_disconnect=Switch.ignore) as switch:
        switch.start("Connected", i_account=11, cli="4411")
        wait_until(lambda: len(daemon.everything()) == 1)
        api = daemon.trusted()
        api.disconnectCalls(i_customer=1, cli="44*", dry_run=True, reason="to see")
        api.fault("disconnectCalls", i_customer=1, cli="44*", max_calls=0, reason="too many")
        api.disconnectCalls(i_customer=1, cli="44*", max_calls=1, reason="fraud, ticket 7")
        target = "i_customer=1, cli=44*"
        found = wait_until(lambda: len(rows := audited(daemon)) == 3 and rows)
        assert {(method, tuple(sorted(named.split(", ")))) for method, named, *_ in found} == \
            {("disconnectCalls", tuple(sorted(target.split(", "))))}
        assert [row[2:] for row in found] == [("to see", "Dry run, 1 would be sent, 0 could not be", 0),
                                              ("too many", "Refused: 409 1 call matches, max_calls is 0", 0),
                                              ("fraud, ticket 7", "OK, 1 sent, 0 failed", 1)]


def test_a_switch_that_has_ears_for_it_is_told_the_reason():
    with Daemon(switches={"sbc-1": 1, "sbc-2": 1}) as daemon, daemon.switch("sbc-2", on_disconnect=Switch.ignore) as other:
        one = daemon.switch("sbc-1", on_disconnect=Switch.ignore)
        one.open().hello(can=["reason"])
        with one:
            one.wait_for("welcome")
            one.snapshot()
            ids = [switch.start("Connected", i_account=11) for switch in (one, other)]
            wait_until(lambda: len(daemon.everything()) == 2)
            daemon.trusted().disconnectAccount(i_account=11, reason='a "bill"')
            assert one.wait_for("disconnect", id=ids[0])["reason"] == 'a "bill"'
            assert "reason" not in other.wait_for("disconnect", id=ids[1])


@pytest.mark.parametrize("reason", ["x" * 201, "two\nlines", ""])
def test_a_reason_is_one_line_of_200_bytes(own, sbc, reason):
    code, why = own.trusted().fault("disconnectAccount", i_account=11, reason=reason)
    assert code == 400 and "reason" in why
    assert hung_up(sbc) == []


def test_calls_of_a_switch_that_is_away_could_not_be_sent():
    with Daemon(switches=NOBODY) as daemon:
        api = daemon.trusted()
        with daemon.switch() as switch:
            switch.start("Connected", i_account=11)
            wait_until(lambda: len(daemon.everything()) == 1)
        told = wait_until(lambda: (found := api.disconnectAccount(i_account=11, dry_run=True))["failed"] and found)
        assert (told["count"], told["failed"], told["sample"]) == (0, 1, [])


def test_nodes_count_together():
    with Cluster() as cluster:
        made = [node.switch(f"sbc-{node.name[-1]}", on_disconnect=Switch.ignore).connect() for node in cluster]
        ids = [f"{switch.name}:{switch.start('Connected', i_account=11)}" for switch in made]
        cluster.agree(ids)
        told = cluster.b.trusted().disconnectAccount(i_account=11, dry_run=True)
        assert (told["count"], told["failed"]) == (3, 0)
        assert cluster.c.trusted().fault("disconnectAccount", i_account=21, confirm=told["confirm"])[0] == 409
        one = cluster.a.trusted().disconnectCalls(i_customer=1, node_id="node-a", dry_run=True)
        assert cluster.c.trusted().disconnectCalls(i_customer=1, node_id="node-a", confirm=one["confirm"])["count"] == 1
        again = made[0].start("Connected", i_account=11)
        cluster.agree([*ids[1:], f"{made[0].name}:{again}", ids[0]])
        assert cluster.a.trusted().fault("disconnectAccount", i_account=11, max_calls=2) == (409, "3 calls match, max_calls is 2")
        answer = cluster.c.trusted().disconnectCalls(i_customer=1, node_id="node-b", max_calls=1)
        assert answer == {"result": "OK", "count": 1}
        assert cluster.a.trusted().disconnectAccount(i_account=11, max_calls=2) == {"result": "OK", "count": 2}
        for switch in made:
            switch.ping()
            assert len(switch.of_type("disconnect")) == (2 if switch is made[0] else 1)
            switch.close()


def test_two_hundred_previews_at_once_leave_nothing_behind(own, sbc):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: own.trusted().disconnectCustomer(i_customer=1, dry_run=True)["count"], range(200)))
    assert counts == [3] * 200
    assert hung_up(sbc) == []
    assert own.trusted().disconnectCustomer(i_customer=1, max_calls=3)["count"] == 3
