"""What answers say of switches that are not as they should be: unknown, standing still, doubled, half told."""

import contextlib
import signal
import subprocess
import time
import xmlrpc.client

import pytest

from harness import BIN, SECRET, Daemon, wait_until

COMPLETE, UNKNOWN = "X-Rollcall-Complete", "X-Rollcall-Unknown-Switches"


@pytest.fixture
def fresh():
    """A daemon whose switches have never come: sbc-1 and sbc-2 of environment 1, sbc-3 of environment 2."""
    with Daemon(config={"calls": {"ready_grace": "0s"}}) as daemon:
        yield daemon


def said(api):
    """What the last answer said of itself: (complete, names of the unknown switches)."""
    headers = {name.lower(): value for name, value in dict(api.last.headers).items()}
    return headers.get(COMPLETE.lower()), headers.get(UNKNOWN.lower(), "")


# --- unknown

def test_a_switch_that_has_not_told_its_calls_is_unknown_and_the_answer_incomplete(fresh):
    api = fresh.trusted()
    assert api.listAllCalls(i_customer=1) == []
    assert said(api) == ("no", "sbc-1, sbc-2")
    assert api.getAccountCallStats()["complete"] is False
    assert said(api) == ("no", "sbc-1, sbc-2")
    api.listAllCalls(i_customer=10)
    assert said(api) == ("no", "sbc-3"), "only switches of the caller's environment are named"
    envelope = api.listAllCalls(i_customer=1, envelope=True)
    assert envelope["unknown_switches"] == ["sbc-1", "sbc-2"] and envelope["complete"] is False
    with fresh.switch("sbc-1") as one:
        id = one.start(i_account=11)
        wait_until(lambda: [row["ID"] for row in api.listAllCalls(i_customer=1)] == [f"sbc-1:{id}"]
                   and said(api) == ("no", "sbc-2"))
        with fresh.switch("sbc-2"):
            wait_until(lambda: api.listAllCalls(i_customer=1) and said(api) == ("yes", ""))
            assert "complete" not in api.getAccountCallStats()
    wait_until(lambda: "not connected" in fresh.get("/readyz?verbose").text)
    api.listAllCalls(i_customer=1)
    assert said(api) == ("yes", ""), "gone, but what it had is known"


def test_a_switch_that_is_still_telling_its_calls_for_the_first_time_is_unknown(fresh):
    api = fresh.trusted()
    fresh.introduce_switches("sbc-2")
    one = fresh.switch("sbc-1").open().hello()
    one.wait_for("welcome")
    one.send(type="snapshot_begin")
    one.start(i_account=11)
    wait_until(lambda: api.listAllCalls(i_customer=1))
    assert said(api) == ("no", "sbc-1")
    one.send(type="snapshot_end")
    wait_until(lambda: api.listAllCalls(i_customer=1) and said(api) == ("yes", ""))
    one.close()


@pytest.mark.parametrize("method, fields", [("disconnectAccount", {"i_account": 12}),
                                            ("disconnectCustomer", {"i_customer": 2}),
                                            ("disconnectCall", {"ID": "sbc-1:7"})])
def test_a_disconnect_says_503_and_not_none_while_a_switch_has_not_told_its_calls(fresh, method, fields):
    api = fresh.trusted()
    with pytest.raises(xmlrpc.client.Fault) as refused:
        getattr(api, method)(**fields)
    assert refused.value.faultCode == 503
    assert "sbc-1" in refused.value.faultString


def test_a_disconnect_that_reaches_some_counts_the_unknown_switch_as_failed(fresh):
    api = fresh.trusted()
    with fresh.switch("sbc-1") as one:
        id = one.start(i_account=11)
        wait_until(lambda: f"sbc-1:{id}" in fresh.everything())
        assert api.disconnectAccount(i_account=11) == {"result": "OK", "count": 1, "failed": 1}
        one.wait_for("disconnect", id=id)
    assert api.disconnectCall(ID="nobody:1")["result"] == "Call not found or not accessible"


# --- what is over stays so

def test_a_late_line_does_not_revive_a_call_whose_end_was_told(daemon, switch):
    id = switch.start(i_account=11)
    switch.end(id)
    wait_until(lambda: daemon.everything() == {}, what="the call to be forgotten")
    switch.call(id, "Connected", setup_time=time.time(), i_account=11)
    switch.ping()
    other = switch.start(i_account=11)
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{other}"})
    switch.snapshot([{"id": id, "state": "Connected", "setup_time": 1e9, "i_account": 11}])
    wait_until(lambda: set(daemon.everything()) == {f"sbc-1:{id}"}, what="what the snapshot names")


# --- switches that stand still

@contextlib.contextmanager
def simulated(daemon, *more):
    command = [BIN / "rollcall", "sim", "--connect", f"127.0.0.1:{daemon.feed_port}", "--name", "sbc-1", "--secret",
               SECRET, "--calls", "3", "--hold", "--rate", "max", *more]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_switch_process_that_stands_still_is_unverified_soon_and_verified_when_it_goes_on(fresh):
    with simulated(fresh) as sim:
        wait_until(lambda: "switch sbc-1: connected, synced, 3 calls, 0 unverified" in fresh.get("/readyz?verbose").text)
        sim.send_signal(signal.SIGSTOP)
        # 5 s without a line, 10 s for the pong; the rest is for a loaded machine.
        wait_until(lambda: "switch sbc-1: not connected, synced, 3 calls, 3 unverified"
                   in fresh.get("/readyz?verbose").text, 45)
        assert "no line came, nor an answer to a ping" in fresh.log_text()
        sim.send_signal(signal.SIGCONT)
        wait_until(lambda: "switch sbc-1: connected, synced" in fresh.get("/readyz?verbose").text, 30)


@pytest.mark.slow
def test_a_switch_that_answers_pings_and_says_nothing_else_stays(fresh):
    one = fresh.switch("sbc-1").open().hello(can=["ping"])
    one.wait_for("welcome")
    one.snapshot()
    for _ in range(2):
        before = len(one.of_type("ping"))
        one.wait(lambda: len(one.of_type("ping")) > before, 30, "a ping")
        one.send(type="pong")
    assert not one.closed
    one.close()


def test_a_switch_that_cannot_ping_is_not_asked(fresh):
    one = fresh.switch("sbc-1").connect()
    one.ping()
    assert not one.of_type("ping")
    one.close()


# --- two hosts with one name

def hello(daemon, epoch, run):
    one = daemon.switch("sbc-1", epoch=epoch).open().hello(run=run)
    one.wait(lambda: one.of_type("welcome") or one.of_type("error"), what="an answer to the hello")
    return one


def test_two_hosts_with_one_name_do_not_throw_each_other_out(fresh):
    first, second = hello(fresh, 1, "a"), hello(fresh, 2, "b")
    assert first.wait_for("error")["code"] == "stale_epoch"
    back = hello(fresh, 3, "a")
    back.snapshot([{"id": "1", "state": "Connected", "setup_time": 1e9, "i_account": 11}])
    assert second.wait_for("error")["code"] == "stale_epoch"
    for epoch in (4, 5, 6):
        error = hello(fresh, epoch, "b").wait_for("error")
        assert error["code"] == "stale_epoch" and error["message"] == "two hosts use the name sbc-1"
    back.ping()
    assert set(fresh.everything()) == {"sbc-1:1"}
    assert "two hosts use the name" in fresh.get("/readyz?verbose").text
    assert "two hosts use the name" in fresh.log_text()
    back.close()


def test_a_switch_that_restarts_is_not_taken_for_two_hosts(fresh):
    last = None
    for epoch, run in enumerate("abcdef", 1):
        last = hello(fresh, epoch, run)
        assert last.of_type("welcome"), run
    last.close()


# --- bounds

def test_a_switch_has_no_more_calls_than_feed_calls_per_switch():
    with Daemon(config={"feed": {"calls_per_switch": 5}}) as daemon, daemon.switch() as one:
        for _ in range(8):
            one.start(i_account=11)
        one.ping()
        assert len(daemon.everything()) == 5
        assert len(one.of_type("warning")) == 3
        assert "3 more calls are refused (feed.calls_per_switch)" in daemon.get("/readyz?verbose").text
        assert daemon.metrics()['rollcall_switch_refused_calls{switch="sbc-1"}'] == 3
        api = daemon.trusted()
        told = api.listAllCalls(i_customer=1, envelope=True)
        assert told["complete"] is False and "sbc-1" in told["unknown_switches"]


def test_calls_above_calls_per_switch_are_taken_in_as_soon_as_there_is_room():
    with Daemon(config={"feed": {"calls_per_switch": 2}}) as daemon:
        daemon.introduce_switches()
        with daemon.switch() as one:
            one.snapshot()
            first, second, third = (one.start(i_account=11) for _ in range(3))
            one.ping()
            api = daemon.trusted()
            assert api.fault("disconnectAccount", i_account=12) == (503, "Switch sbc-1 is away; nothing was sent")
            one.end(first)
            one.wait(lambda: one.of_type("resync"), what="resync")
            one.snapshot([{"id": id, "state": "Connected", "setup_time": 1e9, "i_account": 11} for id in (second, third)])
            wait_until(lambda: api.listAllCalls(i_customer=1, envelope=True)["complete"])
            assert {f"sbc-1:{second}", f"sbc-1:{third}"} <= set(daemon.everything())


def test_the_texts_of_a_call_are_bounded_together_and_none_goes_at_the_cost_of_another(daemon, switch):
    long = {name: chr(0x2603) * 1300 for name in ("call_id", "cld", "caller_media_ip", "direction")}
    id = switch.start(i_account=11, cli="442071234567", **long)
    row = wait_until(lambda: daemon.everything().get(f"sbc-1:{id}"))
    texts = [row[name] for name in ("CALL_ID", "CLI", "CLD", "CALLER_MEDIA_IP", "DIRECTION")]
    assert row["CLI"] == "442071234567"
    assert sum(len(text.encode()) for text in texts) <= 4096
    assert all(row[name].startswith(chr(0x2603) * 300) for name in ("CALL_ID", "CLD", "CALLER_MEDIA_IP", "DIRECTION"))


@pytest.mark.slow
def test_a_snapshot_that_never_ends_does_not_keep_the_node_unready(fresh):
    one = fresh.switch("sbc-1").open().hello()
    one.wait_for("welcome")
    one.send(type="snapshot_begin")
    id = one.start(i_account=11)
    wait_until(lambda: fresh.get("/readyz").status == 503)
    wait_until(lambda: fresh.get("/readyz").status == 200, 90, "the snapshot to be given up")
    assert set(fresh.everything()) == {f"sbc-1:{id}"}
    assert "given up" in fresh.log_text()
    one.close()
