"""disconnectCall, disconnectAccount, disconnectCustomer (contract, 5.2)."""

import concurrent.futures
import contextlib
import threading
import time
import xmlrpc.client

import pytest

from harness import STATES, Daemon, Switch, next_id, wait_until

NOT_FOUND = {"result": "Call not found or not accessible"}
OK = {"result": "OK"}


def listed(daemon, count):
    wait_until(lambda: len(daemon.everything()) == count, what=f"{count} calls")


def state_of(daemon, id, switch="sbc-1"):
    row = daemon.everything().get(f"{switch}:{id}")
    return row and row["CC_STATE"]


# --- nothing to hang up

@pytest.mark.parametrize("id", ["none", "sbc-1:none", "sbc-9:1", ":", "sbc-1:", "1" * 5000, "<x>&", "sbc-1", "12"])
def test_a_call_that_is_not_there_is_not_found(api, id):
    assert api.disconnectCall(ID=id) == NOT_FOUND


#: No other switch, which would be unknown for as long as it does not come.
ONE = {"sbc-1": 1}


def test_a_dead_call_is_not_found():
    with Daemon(config={"calls": {"dead_linger": "20s"}}, switches=ONE) as daemon, daemon.switch() as switch:
        id = switch.start(i_account=11)
        switch.end(id)
        wait_until(lambda: state_of(daemon, id) == "Dead")
        api = daemon.trusted()
        assert api.disconnectCall(ID=f"sbc-1:{id}") == NOT_FOUND
        assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 0}
        assert api.disconnectCustomer(i_customer=1) == {"result": "OK", "count": 0}
        switch.ping()
        assert not switch.of_type("disconnect")


def test_an_account_or_customer_without_calls_counts_none(api):
    assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 0}
    assert api.disconnectCustomer(i_customer=2) == {"result": "OK", "count": 0}


# --- one call

@pytest.mark.parametrize("state", STATES[:5])
def test_a_call_is_hung_up_in_every_state_before_disconnecting(daemon, switches, api, state):
    switch = switches("sbc-1", on_disconnect=Switch.ignore)
    id = switch.start(state, i_account=11)
    listed(daemon, 1)
    assert api.disconnectCall(ID=f"sbc-1:{id}") == OK
    switch.wait_for("disconnect", id=id)
    assert state_of(daemon, id) == "Disconnecting"
    assert api.last.headers["X-Rollcall-Complete"] == "yes"


def test_ok_means_sent_and_the_call_is_disconnecting_at_once_and_dead_when_the_switch_says_so():
    with Daemon(config={"calls": {"dead_linger": "20s"}}) as daemon:
        with daemon.switch(on_disconnect=Switch.ignore) as switch:
            id = switch.start(i_account=11)
            listed(daemon, 1)
            api = daemon.trusted()
            for _ in range(2):
                assert api.disconnectCall(ID=f"sbc-1:{id}") == OK
                assert state_of(daemon, id) == "Disconnecting"
            switch.ping()
            assert len(switch.of_type("disconnect", id=id)) == 1, "already Disconnecting: OK, and nothing is sent"
            switch.end(id)
            wait_until(lambda: state_of(daemon, id) == "Dead")
            assert api.disconnectCall(ID=f"sbc-1:{id}") == NOT_FOUND


def test_a_call_that_the_switch_itself_disconnects_gets_ok_and_nothing_is_sent(daemon, switch, api):
    id = switch.start("Disconnecting", i_account=11)
    listed(daemon, 1)
    assert api.disconnectCall(ID=f"sbc-1:{id}") == OK
    assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 0}
    switch.ping()
    assert not switch.of_type("disconnect")


def test_a_late_report_does_not_undo_disconnecting(daemon, switches, api):
    switch = switches("sbc-1", on_disconnect=Switch.ignore)
    id = switch.start("ARComplete", i_account=11)
    listed(daemon, 1)
    api.disconnectCall(ID=f"sbc-1:{id}")
    switch.call(id, "Connected", connect_time=time.time())
    switch.ping()
    marker = switch.start(i_account=11)
    wait_until(lambda: state_of(daemon, marker))
    assert state_of(daemon, id) == "Disconnecting"


# --- accounts and customers

def test_an_accounts_calls_are_hung_up_and_no_others(daemon, switches, api):
    one, two = (switches(name, on_disconnect=Switch.ignore) for name in ("sbc-1", "sbc-2"))
    mine = {(s, s.start(state, i_account=21)) for s in (one, two) for state in STATES[:5]}
    one.start("Disconnecting", i_account=21)
    others = [one.start(i_account=22), two.start(i_account=31), one.start(i_account=11)]
    listed(daemon, 14)
    assert list(api.disconnectAccount(i_account=21).items()) == [("result", "OK"), ("count", 10)]
    for switch, id in mine:
        switch.wait_for("disconnect", id=id)
    for switch in (one, two):
        switch.ping()
        assert not [m for m in switch.of_type("disconnect") if m["id"] in others]
    assert {row["CC_STATE"] for row in api.listAllCalls(i_customer=1, i_account=21)} == {"Disconnecting"}
    assert {row["CC_STATE"] for row in api.listAllCalls(i_customer=1, i_account=22)} == {"Connected"}
    assert api.disconnectAccount(i_account=21) == {"result": "OK", "count": 0}


def test_a_call_that_was_seen_began_before_what_is_asked_next(daemon, switch, api):
    """When a request came is read from the kernel, whose clock ticks by some milliseconds."""
    for _ in range(300):
        id = switch.start(i_account=11)
        wait_until(lambda: f"sbc-1:{id}" in daemon.everything())
        assert api.disconnectAccount(i_account=11)["count"] == 1


def test_a_customers_calls_are_those_of_all_its_descendants(daemon, switches, reseller):
    switch = switches("sbc-1", on_disconnect=Switch.ignore)
    mine = [switch.start(i_account=account) for account in (21, 22, 31, 31)]
    others = [switch.start(i_account=account) for account in (11, 41, 51)] + [switch.start()]
    listed(daemon, 8)
    assert list(reseller.disconnectCustomer(i_customer=2).items()) == [("result", "OK"), ("count", 4)]
    for id in mine:
        switch.wait_for("disconnect", id=id)
    switch.ping()
    assert not [m for m in switch.of_type("disconnect") if m["id"] in others]
    assert {state_of(daemon, id) for id in mine} == {"Disconnecting"}
    assert {state_of(daemon, id) for id in others} == {"Connected"}


def test_a_customer_may_hang_up_a_descendants_account(daemon, switch, root, reseller):
    id = switch.start(i_account=31)
    listed(daemon, 1)
    assert reseller.disconnectAccount(i_account=31) == {"result": "OK", "count": 1}
    switch.wait_for("disconnect", id=id)


def test_a_customer_cannot_hang_up_above_or_beside(daemon, switch, reseller):
    ids = [switch.start(i_account=account) for account in (11, 41)]
    listed(daemon, 2)
    for id in ids:
        assert reseller.disconnectCall(ID=f"sbc-1:{id}") == NOT_FOUND
    for account in (11, 41, 999):
        assert reseller.fault("disconnectAccount", i_account=account) == (401, "Wrong i_account")
    for customer in (1, 4, 10, 999):
        assert reseller.fault("disconnectCustomer", i_customer=customer) == (401, "Wrong i_customer")
    switch.ping()
    assert not switch.of_type("disconnect")


def test_the_root_customers_disconnect_takes_calls_without_an_account_too(daemon, switch, root):
    ids = [switch.start("WaitAuth"), switch.start(account="nobody"), switch.start(i_account=12345)]
    listed(daemon, 3)
    assert root.disconnectCustomer(i_customer=1) == {"result": "OK", "count": 3}
    for id in ids:
        switch.wait_for("disconnect", id=id)


def test_every_call_is_hung_up_by_one_line_however_many_there_are(daemon, switches, api):
    switch = switches("sbc-1")
    ids = [f"mass-{n}" for n in range(5000)]
    switch.snapshot([{"id": id, "state": "Connected", "setup_time": 1e9, "i_account": 11} for id in ids])
    listed(daemon, 5000)
    assert api.disconnectCustomer(i_customer=1) == {"result": "OK", "count": 5000}
    wait_until(lambda: len(switch.of_type("disconnect")) >= 5000)
    listed(daemon, 0)
    assert sorted(m["id"] for m in switch.of_type("disconnect")) == sorted(ids)


def test_two_who_hang_up_the_same_calls_count_each_call_once(daemon, switches):
    switch = switches("sbc-1", on_disconnect=Switch.ignore)
    ids = [switch.start(i_account=11) for _ in range(300)]
    listed(daemon, 300)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: daemon.trusted().disconnectAccount(i_account=11), range(8)))
    assert all(answer["result"] == "OK" for answer in answers)
    assert sum(answer["count"] for answer in answers) == 300
    switch.ping()
    assert sorted(m["id"] for m in switch.of_type("disconnect")) == sorted(ids)


def test_no_call_escapes_by_changing_state_meanwhile(daemon, switches, api):
    """Calls of the account move from state to state while it is hung up."""
    switch = switches("sbc-1", on_disconnect=Switch.ignore)
    for _ in range(5):
        ids = [switch.start("Idle", i_account=11) for _ in range(200)]
        wait_until(lambda: len(api.listAllCalls(i_customer=1, i_account=11)) == 200)

        def advance():
            for state in STATES[1:5]:
                for id in ids:
                    switch.call(id, state)
        mover = threading.Thread(target=advance)
        mover.start()
        assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 200}
        mover.join()
        for id in ids:
            switch.wait_for("disconnect", id=id)
        switch.ping()
        assert {row["CC_STATE"] for row in api.listAllCalls(i_customer=1, i_account=11)} == {"Disconnecting"}
        switch.end(*ids)
        listed(daemon, 0)


# --- a switch that is away

def test_with_its_switch_away_a_call_cannot_be_hung_up(daemon, switch, api):
    id = switch.start(i_account=11)
    listed(daemon, 1)
    switch.close()
    wait_until(lambda: "sbc-1" in failure(api, "disconnectCall", ID=f"sbc-1:{id}"))
    for method, fields in (("disconnectAccount", {"i_account": 11}), ("disconnectCustomer", {"i_customer": 1})):
        code, text = api.fault(method, fields)
        assert code == 503 and "sbc-1" in text
    assert state_of(daemon, id) == "Connected", "a disconnect that was not sent changes nothing"


def failure(api, method, **fields):
    """The text of fault 503, or '' when the call went through."""
    try:
        code, text = api.fault(method, fields)
    except AssertionError:
        return ""
    assert code == 503
    return text


def test_a_disconnect_that_reaches_some_switches_tells_how_many_it_failed(daemon, switches, api):
    here, away = (switches(name, on_disconnect=Switch.ignore) for name in ("sbc-1", "sbc-2"))
    reached = [here.start(i_account=11) for _ in range(3)]
    for _ in range(2):
        away.start(i_account=11)
    listed(daemon, 5)
    away.close()
    wait_until(lambda: daemon_knows_away(daemon, "sbc-2"))
    answer = api.disconnectAccount(i_account=11)
    assert list(answer.items()) == [("result", "OK"), ("count", 3), ("failed", 2)]
    for id in reached:
        here.wait_for("disconnect", id=id)
    code, text = api.fault("disconnectAccount", i_account=11)
    assert code == 503 and "sbc-2" in text and "sbc-1" not in text


def daemon_knows_away(daemon, name):
    """True once /readyz?verbose no longer shows the switch as connected."""
    lines = [line for line in daemon.get("/readyz?verbose").body.decode().splitlines() if f"switch {name}:" in line]
    assert lines, "no line for the switch"
    return f"switch {name}: connected" not in lines[0]


# --- the job ends when the switch says so

FAST = {"calls": {"disconnect_retry": "500ms", "dead_linger": "100ms"}}


def test_a_disconnect_without_an_end_is_sent_again_and_never_counted_again():
    with Daemon(config=FAST, switches=ONE) as daemon, daemon.switch(on_disconnect=Switch.ignore) as switch:
        id = switch.start(i_account=11)
        listed(daemon, 1)
        api = daemon.trusted()
        began = time.monotonic()
        assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 1}
        wait_until(lambda: len(switch.of_type("disconnect", id=id)) >= 3)
        assert time.monotonic() - began > 0.7
        assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 0}
        switch.end(id)
        listed(daemon, 0)
        switch.ping()
        sent = len(switch.of_type("disconnect"))
        marker = switch.start(i_account=11)
        wait_until(lambda: time.monotonic() - began > 3 and daemon.everything(), what="two more retry times")
        assert len(switch.of_type("disconnect")) == sent, "an ended call is not hung up again"
        switch.end(marker)


def test_a_refused_disconnect_is_sent_again():
    with Daemon(config=FAST, switches=ONE) as daemon, daemon.switch(on_disconnect=Switch.refuse) as switch:
        id = switch.start(i_account=11)
        listed(daemon, 1)
        assert daemon.trusted().disconnectCall(ID=f"sbc-1:{id}") == OK
        wait_until(lambda: len(switch.of_type("disconnect", id=id)) >= 2)
        assert state_of(daemon, id) == "Disconnecting"
        switch.on_disconnect = Switch.obey
        listed(daemon, 0)


def test_an_outstanding_disconnect_is_sent_again_when_the_switch_is_back():
    with Daemon(config=FAST, switches=ONE) as daemon:
        switch = daemon.switch(on_disconnect=Switch.ignore).connect()
        id = switch.start(i_account=11)
        listed(daemon, 1)
        daemon.trusted().disconnectCall(ID=f"sbc-1:{id}")
        switch.wait_for("disconnect", id=id)
        switch.reconnect([{"id": id, "state": "Connected", "setup_time": time.time(), "i_account": 11}])
        switch.wait_for("disconnect", id=id)
        assert state_of(daemon, id) == "Disconnecting"
        switch.end(id)
        listed(daemon, 0)
        switch.close()


def test_a_call_hung_up_while_its_switch_was_away_ends_by_the_snapshot():
    with Daemon(config=FAST, switches=ONE) as daemon:
        switch = daemon.switch(on_disconnect=Switch.ignore).connect()
        id = switch.start(i_account=11)
        listed(daemon, 1)
        daemon.trusted().disconnectCall(ID=f"sbc-1:{id}")
        switch.reconnect([])
        listed(daemon, 0)
        switch.close()


# --- hostile ids

@pytest.mark.parametrize("id", ["a:b", "a b", "<&>\"'", "\u00fc\u4e2d", "x" * 200, "\ue000", "%s", "a/b?c=d"])
def test_an_id_of_any_characters_is_listed_and_hung_up(daemon, switch, api, id):
    id = f"{id}{next_id()}"
    switch.start(id=id, i_account=11)
    listed(daemon, 1)
    (row,) = api.listAllCalls(i_customer=1)
    assert row["ID"] == f"sbc-1:{id}"
    assert api.disconnectCall(ID=row["ID"]) == OK
    switch.wait_for("disconnect", id=id)


@pytest.fixture(scope="module")
def whole_unicode():
    """A daemon whose clients can read every character."""
    with Daemon(config={"api": {"full_unicode": True}}, switches=ONE) as daemon, daemon.switch() as switch:
        switch.snapshot()
        yield daemon, switch


@pytest.mark.parametrize("written", ["\U0001f600", "&#128512;", "&#x1F600;"])
def test_an_id_with_a_character_beyond_the_first_plane_is_hung_up_however_it_is_written(whole_unicode, written):
    daemon, switch = whole_unicode
    id = f"\U0001f600\ue000{next_id()}\U0010fffd"
    switch.start(id=id, i_account=11)
    listed(daemon, 1)
    with contextlib.closing(daemon.trusted()) as api:
        (row,) = api.listAllCalls(i_customer=1)
        assert row["ID"] == f"sbc-1:{id}"
        body = xmlrpc.client.dumps(({"ID": row["ID"]},), "disconnectCall").replace("\U0001f600", written)
        assert api.post(body).value() == OK
    switch.wait_for("disconnect", id=id)
    switch.end(id)
    listed(daemon, 0)


def test_ids_whose_characters_are_shown_replaced_are_shown_apart_and_hang_up_their_own_call_alone(daemon, switch, api):
    end = next_id()
    ids = [f"{face}{end}" for face in ("\U0001f600", "\U0001f601", "\ufffd")]
    for id in ids:
        switch.start(id=id, i_account=11)
    listed(daemon, 3)
    shown = [row["ID"] for row in api.listAllCalls(i_customer=1)]
    assert len(set(shown)) == 3 and all(id.startswith(f"sbc-1:\ufffd{end}") for id in shown)
    assert api.disconnectCall(ID=f"sbc-1:\ufffd{end}") == NOT_FOUND, "nobody is shown so"
    assert api.disconnectCall(ID=f"sbc-1:\ufffd{end}~1F602") == NOT_FOUND
    for n, id in enumerate(ids):
        assert api.disconnectCall(ID=shown[n]) == OK
        switch.wait_for("disconnect", id=id)
        assert len({message["id"] for message in switch.of_type("disconnect")}) == n + 1
