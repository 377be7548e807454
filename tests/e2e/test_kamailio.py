"""Real SIP: Kamailio with this project's configuration between SIPp callers and a SIPp callee.

What the API says and does is held against what the SIP ends count and what Kamailio's dialog module has. The stages
before ARComplete pass within one run of Kamailio's script, too fast for a list: they are looked for in its events, and
how lists show them is shown by the component tests.
"""

import contextlib
import os
import pathlib
import re
import signal
import sys
import time
from datetime import datetime

import pytest

from harness import PATIENCE, ROW, Daemon, wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sip"))
from lab import NEVER_MS, Lab  # noqa: E402

OK = {"result": "OK"}
NOT_FOUND = {"result": "Call not found or not accessible"}

#: How soon lists and counts must agree with the switch again, in seconds.
SOON = 5
MS = 0.001

#: How long an ended call stays listed, in seconds.
LINGER = 1

EARLY_AND_ANSWERED = ["ARComplete", "Connected"]

#: The dialog module's state of a call that rings, or is answered and acknowledged.
DIALOG_STATE = {"ARComplete": 2, "Connected": 4}


def daemon_for(lab, **kamailio):
    """A daemon of which the lab's Kamailio is the only switch."""
    switch = {"name": lab.name, "evapi": lab.evapi, "rpc": lab.rpc_url, **kamailio}
    return Daemon(switches={}, config={"kamailio": [switch], "calls": {"dead_linger": f"{LINGER}s"}})


def ready(daemon):
    """Waits until all calls are known."""
    wait_until(lambda: daemon.get("/readyz").status == 200, SOON, "/readyz")


def live(daemon):
    """The rows of the calls that are not over, by ID."""
    return {id: row for id, row in daemon.everything().items() if row["CC_STATE"] != "Dead"}


def shown(text):
    """A text as lists must show it: without what XML cannot carry."""
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\U00010000-\U0010ffff]", "\ufffd", text)


def counts_of(rows):
    """What getAccountCallStatsCustomer must say when these calls are active."""
    counts = {}
    for row in rows:
        total, connected = counts.get(str(row["I_ACCOUNT"]), (0, 0))
        counts[str(row["I_ACCOUNT"])] = [total + 1, connected + (row["CC_STATE"] == "Connected")]
    return counts


def agreed(daemon, lab, calls, state=None, seconds=PATIENCE, complete=True):
    """Waits until lists, counts and Kamailio agree on that many calls, all of them in `state`; returns the rows. Not
    `complete`: of another switch nothing is known.
    """
    with contextlib.closing(daemon.trusted()) as api:
        def compare():
            rows = live(daemon)
            assert [row["CC_STATE"] for row in rows.values()] == [state] * calls
            # Kamailio's names for a dialog are the end of our ID.
            dialogs = {f"{dialog['h_entry']}-{dialog['h_id']}": (shown(dialog["call-id"]), dialog["state"])
                       for dialog in lab.dialogs()}
            assert {"-".join(id.split("-")[-2:]): (row["CALL_ID"], DIALOG_STATE[state]) for id, row in rows.items()} \
                == dialogs
            assert {row["ID"] for row in api.listActiveCalls(i_customer=1)} == rows.keys()
            counts = api.getAccountCallStatsCustomer(i_customer=1, recursive=True)
            assert counts == {**OK, "data": counts_of(rows.values()), **({} if complete else {"complete": False})}
            return (rows,)
        return wait_until(compare, seconds, f"{calls} calls in lists, counts and dialogs")[0]


@contextlib.contextmanager
def standing_still(lab):
    """Kamailio does nothing meanwhile; what is sent to it waits."""
    os.killpg(lab.kamailio.popen.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(lab.kamailio.popen.pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def switch():
    with Lab() as lab:
        lab.start_kamailio()
        yield lab


@pytest.fixture(scope="module")
def daemon(switch):
    with daemon_for(switch) as running:
        ready(running)
        yield running


@pytest.fixture
def lab(switch, daemon):
    """The lab, without calls; afterwards whatever is left of them is hung up."""
    yield switch
    try:
        daemon.trusted().disconnectCustomer(i_customer=1)
        wait_until(lambda: not live(daemon) and not switch.dialogs(), what="the end of all calls")
    finally:
        switch.stop_ends()


# --- what is seen of a call

def seconds_of(setup_time):
    """SETUP_TIME in seconds since the epoch."""
    return datetime.strptime(setup_time + "+0000", "%Y%m%dT%H:%M:%S.%f%z").timestamp()


def looked_at(daemon):
    """The rows, and the times just before and just after they were made."""
    before = time.time()
    return live(daemon), before, time.time()


@pytest.mark.parametrize("state", EARLY_AND_ANSWERED)
def test_a_call_is_listed_with_all_that_is_known_of_it(lab, daemon, state):
    ring = 0.4
    made = {  # by account: connection, CLI, CLD, and what the directory says of the account
        "801": (1, "801", "15550001", 11, 1),
        "821": (2, "821", "15550002", 21, 2),
        "831": (3, "4989123", "15550003", 31, 3),
        "stranger": (7, "841", "15550004", 0, 1),
    }
    began = time.time()
    answered = state == "Connected"
    lab.start_callee(ring_ms=int(ring * 1000) if answered else NEVER_MS)
    caller = lab.start_caller(len(made), rows=[(account, *call[:3]) for account, call in made.items()])
    agreed(daemon, lab, len(made), state)
    first, *first_seen = looked_at(daemon)
    wait_until(lambda: time.time() > first_seen[1] + 0.2)
    second, *second_seen = looked_at(daemon)
    dialogs = {dialog["call-id"]: dialog for dialog in lab.dialogs()}

    for number, (connection, cli, cld, account, customer) in enumerate(made.values(), 1):
        (row,) = [row for row in first.values() if row["CLI"] == cli]
        later = second[row["ID"]]
        assert list(row) == ROW and row["ID"].startswith(f"{lab.name}:")
        assert row["CALL_ID"] == f"{number}-{caller.popen.pid}@127.0.0.1"
        assert (row["CLD"], row["CC_STATE"], row["DIRECTION"], row["NODE_ID"]) == (cld, state, "vendor", "node-a")
        assert (row["CALLER_MEDIA_IP"], row["CALLEE_MEDIA_IP"]) == ("127.0.1.1", "127.0.2.2" if answered else "")
        assert [row[f"I_{name}"] for name in ("CONNECTION", "ACCOUNT", "CUSTOMER", "ENVIRONMENT")] \
            == [connection, account, customer, 1]
        setup, dialog = seconds_of(row["SETUP_TIME"]), dialogs[row["CALL_ID"]]
        assert began - MS <= setup <= first_seen[0] and abs(setup - dialog["init_ts"]) < 2
        if answered:
            assert row["DELAY"] == later["DELAY"] >= ring - MS
            assert abs(setup + row["DELAY"] - dialog["start_ts"]) < 2, "Kamailio counts whole seconds"
        else:
            assert row["DURATION"] == later["DURATION"] == 0
        for each, (before, after) in ((row, first_seen), (later, second_seen)):
            assert before - MS <= setup + each["DELAY"] + each["DURATION"] <= after + MS


def test_a_call_is_disconnecting_until_the_switch_says_that_it_is_over_and_dead_for_a_while(lab, daemon, api):
    lab.start_callee(ring_ms=50)
    caller = lab.start_caller(2, accounts=["801"])
    one, other = agreed(daemon, lab, 2, "Connected")
    began = time.monotonic()
    with standing_still(lab):
        assert api.disconnectCall(ID=one) == OK
        assert daemon.everything()[one]["CC_STATE"] == "Disconnecting"
        assert [row["ID"] for row in api.listActiveCalls(i_customer=1)] == [other]
        assert api.getAccountCallStats()["data"] == {"11": [1, 1]}
    wait_until(lambda: daemon.everything()[one]["CC_STATE"] == "Dead")
    assert api.disconnectCall(ID=one) == NOT_FOUND
    agreed(daemon, lab, 1, "Connected")
    wait_until(lambda: one not in daemon.everything(), what="the dead call to be forgotten")
    assert LINGER <= time.monotonic() - began < LINGER + SOON
    wait_until(lambda: caller.count("BYE", "Recv") == 1)


@pytest.mark.parametrize("how", ["the caller hangs up", "the callee hangs up", "the caller gives up"])
def test_a_call_that_ends_by_itself_leaves_the_lists_and_its_stages_came_in_order(lab, daemon, how):
    accounts, lasts = ["801", "821", "stranger"], 1500
    stages = ["WaitRoute", "ARComplete", "Connected"]
    with contextlib.closing(lab.events()) as watcher:
        if how == "the caller hangs up":
            callee, caller = lab.start_callee(), lab.start_caller(3, accounts, hold_ms=lasts)
            end, message = callee, "BYE"
        elif how == "the callee hangs up":
            callee, caller = lab.start_callee(hold_ms=lasts), lab.start_caller(3, accounts)
            end, message = caller, "BYE"
        else:
            callee, caller = lab.start_callee(NEVER_MS), lab.start_quitter(3, accounts, patience_ms=lasts)
            end, message = callee, "CANCEL"
            stages.remove("Connected")
        ids = [id.split(":")[1] for id in agreed(daemon, lab, 3, stages[-1])]
        assert caller.finish(PATIENCE) == 0
        agreed(daemon, lab, 0, seconds=SOON)
        watcher.until(lambda: [event["type"] for event in watcher.events].count("end") == 3, SOON, "the ends")
    for id in ids:
        assert [event.get("state", "end") for event in watcher.events if event["id"] == id] == [*stages, "end"]
    wait_until(lambda: end.count(message, "Recv") == 3)


# --- disconnects

def told(state, callers, callee):
    """How many calls each end, the callee last, was told to be over."""
    to_caller, to_callee = ("BYE", "BYE") if state == "Connected" else ("603", "CANCEL")
    return [*(caller.count(to_caller, "Recv") for caller in callers), callee.count(to_callee, "Recv")]


def await_told(state, callers, callee, expected):
    def compare():
        assert told(state, callers, callee) == expected
        return True
    wait_until(compare, what=f"{expected} calls that the ends know to be over")


@pytest.mark.parametrize("state", EARLY_AND_ANSWERED)
def test_a_disconnect_ends_both_legs_of_the_calls_that_are_meant_and_of_no_others(lab, daemon, api, state):
    callee = lab.start_callee(ring_ms=50 if state == "Connected" else NEVER_MS)
    calls = {"801": 3, "802": 1, "821": 2, "831": 1, "841": 1}
    callers = [lab.start_caller(count, [account]) for account, count in calls.items()]
    rows = agreed(daemon, lab, 8, state)

    def over(*each):
        """Waits until so many calls of each account are over, at both ends, and the others are up everywhere."""
        await_told(state, callers, callee, [*each, sum(each)])
        left = agreed(daemon, lab, 8 - sum(each), state, SOON)
        assert left.keys() < rows.keys()
        accounts = [row["I_ACCOUNT"] for row in left.values()]
        assert [accounts.count(account) for account in (11, 12, 21, 31, 41)] \
            == [count - ended for count, ended in zip(calls.values(), each)]
        return left

    one = next(id for id, row in rows.items() if row["I_ACCOUNT"] == 11)
    assert api.disconnectCall(ID=one) == OK
    assert one not in over(1, 0, 0, 0, 0)
    assert api.disconnectAccount(i_account=11) == {**OK, "count": 2}
    over(3, 0, 0, 0, 0)
    assert api.disconnectCustomer(i_customer=2) == {**OK, "count": 3}
    over(3, 0, 2, 1, 0)
    for end in (*callers, callee):
        end.take_stock()
    over(3, 0, 2, 1, 0)


@pytest.mark.parametrize("state", EARLY_AND_ANSWERED)
def test_hundreds_of_calls_are_listed_as_the_switch_has_them_and_all_hung_up_at_once(lab, daemon, api, state):
    callee = lab.start_callee(ring_ms=100 if state == "Connected" else NEVER_MS)
    caller = lab.start_caller(300, ["801", "802", "821", "822", "831", "841", "stranger"], rate=150)
    agreed(daemon, lab, 300, state, 2 * PATIENCE)
    assert api.disconnectCustomer(i_customer=1) == {**OK, "count": 300}
    agreed(daemon, lab, 0)
    assert caller.finish(PATIENCE) == 0
    callee.take_stock()
    assert told(state, [caller], callee) == [300, 300]


def test_hang_ups_that_meet_the_answer_leave_no_call_behind(lab, daemon, api):
    lab.start_callee(ring_ms=20)
    caller = lab.start_caller(150, ["801", "821", "stranger"], rate=150)
    counts = []

    def hang_up():
        counts.append(api.disconnectCustomer(i_customer=1)["count"])
        return not caller.alive()

    # Whoever is told of the refusal and of the answer at once takes that for an error: the exit code says nothing.
    wait_until(hang_up, what="the end of all calls at the callers")
    agreed(daemon, lab, 0)
    assert sum(counts) == 150
