"""A real Asterisk that stands still, and one under load. Skipped without the root that has it (scripts/setup --switches)."""

import collections
import contextlib
import os
import pathlib
import signal
import socket
import time

import pytest

from asterisk_lab import AsteriskLab
from harness import wait_until
from lab import NEVER_MS, free_port
from processes import Sipp
from sipp_ends import SOCKET_BYTES
from test_asterisk import came, daemon_for, network, overview, sip  # noqa: F401: two of them are fixtures
from test_kamailio import OK, SOON, live, ready

SIP = pathlib.Path(__file__).resolve().parents[1] / "sip"

#: Longer than pings go unanswered, in seconds.
STANDSTILL = 30

#: How long anything may take while so many calls come, on a machine that has more to do.
MINUTE = 60

CALLS = 150
CALLS_A_SECOND = 20


@contextlib.contextmanager
def standing_still(lab):
    """Asterisk does nothing meanwhile; what is sent to it waits."""
    os.kill(lab.asterisk.popen.pid, signal.SIGSTOP)
    try:
        yield time.monotonic()
    finally:
        os.kill(lab.asterisk.popen.pid, signal.SIGCONT)


@pytest.mark.slow
def test_calls_of_an_asterisk_that_stands_still_stay_as_they_are_and_are_settled_when_it_goes_on(sip):  # noqa: F811
    stays, leaves, ordered = calls = [sip.answered() for _ in range(3)]
    rows = [sip.listed(call, "Connected") for call, _ in calls]
    before = {row["ID"] for row in rows}
    with standing_still(sip.lab) as since:
        sip.disconnect(rows[2])  # nobody knows yet: it is sent, and carried out later
        leaves[0].again("BYE")
        wait_until(lambda: "not connected" in overview(sip.daemon) and "3 unverified" in overview(sip.daemon), MINUTE,
                   "a connection that is given up")
        assert live(sip.daemon).keys() == before
        assert sip.daemon.trusted().fault("disconnectCall", ID=rows[0]["ID"])[0] == 503
        time.sleep(max(0, STANDSTILL - (time.monotonic() - since)))
        assert live(sip.daemon).keys() == before
        assert came(sip.caller, "BYE") == 0
    wait_until(lambda: list(live(sip.daemon)) == [rows[0]["ID"]], 6 * SOON, "the one call that is left")
    wait_until(lambda: "connected, synced" in overview(sip.daemon), SOON, "a connection that is whole")
    assert len(sip.lab.channels()) == 2
    assert came(sip.caller, "BYE", stays[0].call_id) == 0
    sip.disconnect(rows[0])
    sip.empty()
    assert [came(sip.caller, "BYE", call.call_id) for call, _ in calls] == [1, 0, 1]
    assert [came(sip.carrier, "BYE", invite["Call-ID"]) for _, invite in calls] == [1, 1, 1]


class Load:
    """SIPp at both ends of an Asterisk."""

    def __init__(self, lab):
        self.lab = lab
        self.started = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in self.started:
            each.kill()

    def _start(self, source, name, *arguments, **words):
        text = (SIP / source).read_text()
        for word, value in words.items():
            text = text.replace(word, str(value))
        scenario = self.lab.directory / f"{name}.xml"
        scenario.write_text(text)
        self.started.append(Sipp(name, ["sipp", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-buff_size", str(SOCKET_BYTES),
                                        "-sf", str(scenario), *map(str, arguments)], self.lab.directory))
        return self.started[-1]

    def carrier(self):
        return self._start("callee.xml", "carrier", "-p", self.lab.carrier_port, RING_MS=50, HOLD_MS=NEVER_MS)

    def calls(self, account, calls, rate):
        """An account's calls, none of which hangs up by itself."""
        table = self.lab.directory / f"{account}.csv"
        table.write_text("SEQUENTIAL\n" + "".join(f"{account};1;{account};1555{i:07d}\n" for i in range(calls)))
        return self._start("caller.xml", f"calls-{account}", "-inf", table, "-m", calls, "-l", calls, "-r", rate, "-p",
                           free_port(socket.SOCK_DGRAM), f"127.0.0.1:{self.lab.sip_port}", HOLD_MS=NEVER_MS)


@pytest.mark.slow
def test_a_hundred_and_fifty_calls_are_listed_as_asterisk_has_them_and_nothing_is_left():
    with AsteriskLab() as lab, Load(lab) as load:
        lab.start()
        with daemon_for(lab) as daemon:
            ready(daemon)
            carrier = load.carrier()
            half = CALLS // 2
            ours = load.calls("801", half, CALLS_A_SECOND // 2)
            others = load.calls("802", half, CALLS_A_SECOND // 2)

            def shown():
                return collections.Counter((row["I_ACCOUNT"], row["CC_STATE"]) for row in live(daemon).values())

            wait_until(lambda: shown() == {(11, "Connected"): half, (12, "Connected"): half}, MINUTE, "all calls")
            assert len(lab.channels()) == 2 * CALLS
            assert daemon.trusted().disconnectAccount(i_account=11) == {**OK, "count": half}
            wait_until(lambda: shown() == {(12, "Connected"): half}, MINUTE, "the calls of the other account")
            assert len(lab.channels()) == 2 * half
            assert daemon.trusted().disconnectAccount(i_account=12) == {**OK, "count": half}
            wait_until(lambda: not live(daemon), MINUTE, "the end of all calls")
            wait_until(lambda: not lab.channels(), SOON, "the end of all channels")
            # Each end has heard of it, once: else it would not have finished, or not so.
            assert [each.finish(MINUTE) for each in (ours, others)] == [0, 0]
            wait_until(lambda: carrier.count("BYE", "Recv") == CALLS, MINUTE, "the end of all calls at the carrier")
            metrics = daemon.metrics()
            assert metrics["rollcall_asterisk_questions_lost_total"] == 0
            assert metrics['rollcall_asterisk_snapshots_total{outcome="failed"}'] == 0
