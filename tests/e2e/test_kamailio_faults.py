"""Real SIP when something fails: Kamailio, the daemon, what is between them, an event, or the sense of a text."""

import contextlib
import os
import signal
import socket
import threading

import pytest

from harness import PATIENCE, free_port, wait_until
from test_kamailio import (EARLY_AND_ANSWERED, NEVER_MS, OK, SOON, Lab, agreed, await_told, daemon_for, live,
                           ready, shown, told)

SNAPSHOTS = {
    "dlg.dump_file": lambda lab: {"dump_directory": str(lab.dumps)},
    "dlg.list over rpc": lambda lab: {},
    "dlg.list over evapi": lambda lab: {"rpc": ""},
}


@pytest.fixture
def lab():
    with Lab() as lab:
        lab.start_kamailio()
        yield lab


def status(daemon):
    """What /readyz says of Kamailio."""
    (line,) = [line for line in daemon.get("/readyz?verbose").text.splitlines()
               if line.startswith("switch ") and line.endswith(" unverified")]
    return line


def transaction(dialog):
    """What rollcall.cfg says that the dialog's INVITE is to be called."""
    (name,) = [variable["rc_trans"] for variable in dialog["variables"] if "rc_trans" in variable]
    return name


def hang_up(lab, caller):
    """Ends the calls of a caller without the daemon, as whoever may do so at this Kamailio would."""
    with contextlib.closing(lab.events()) as operator:
        doomed = [dialog for dialog in lab.dialogs() if f"-{caller.popen.pid}@" in dialog["call-id"]]
        for dialog in doomed:
            method, params = "dlg.end_dlg", [dialog["h_entry"], dialog["h_id"]]
            if dialog["state"] < 3:
                method, params = "tm.reply", [603, "Gone", transaction(dialog), "tag", "", ""]
            operator.send({"jsonrpc": "2.0", "method": method, "params": params, "id": 1})
        operator.until(lambda: len(operator.answers) == len(doomed), PATIENCE, "answers")
    assert caller.finish(PATIENCE) == 0


def lasting(rows, without=None):
    """What stays the same of the rows while the calls go on, those of the account `without` left out."""
    grows = {"Connected": "DURATION", "ARComplete": "DELAY"}
    return {id: {name: value for name, value in row.items() if name != grows[row["CC_STATE"]]}
            for id, row in rows.items() if row["I_ACCOUNT"] != without}


# --- the switch

def test_the_calls_of_a_killed_kamailio_stay_listed_unverified_and_are_gone_when_it_is_back_without_them(lab):
    with daemon_for(lab) as daemon:
        api = daemon.trusted()
        lab.start_callee(ring_ms=50)
        lab.start_caller(3, ["801", "821", "stranger"])
        rows = agreed(daemon, lab, 3, "Connected")
        lab.kill_kamailio()
        wait_until(lambda: status(daemon) == f"switch {lab.name}: not connected, synced, 3 calls, 3 unverified")
        assert daemon.get("/readyz").status == 200
        shown = {name: daemon.metrics()[f'rollcall_switch_{name}{{switch="{lab.name}"}}']
                 for name in ("connected", "calls", "unverified_calls")}
        assert shown == {"connected": 0, "calls": 3, "unverified_calls": 3}
        for method, fields in (("disconnectCall", {"ID": next(iter(rows))}), ("disconnectAccount", {"i_account": 21}),
                               ("disconnectCustomer", {"i_customer": 1})):
            code, text = api.fault(method, **fields)
            assert code == 503 and lab.name in text
        assert lasting(live(daemon)) == lasting(rows), "a fault changes nothing"
        assert api.getAccountCallStatsCustomer(i_customer=1, recursive=True)["data"] \
            == {"0": [1, 1], "11": [1, 1], "21": [1, 1]}
        assert api.last.headers["X-Rollcall-Unverified-Switches"] == lab.name

        lab.stop_ends()
        lab.start_kamailio()
        agreed(daemon, lab, 0, seconds=SOON)
        assert status(daemon) == f"switch {lab.name}: connected, synced, 0 calls, 0 unverified"
        callee, caller = lab.start_callee(ring_ms=50), lab.start_caller(3, ["801", "821", "stranger"])
        new = agreed(daemon, lab, 3, "Connected")
        assert not new.keys() & rows.keys(), "an ID is never used again"
        assert api.disconnectCustomer(i_customer=1) == {**OK, "count": 3}
        await_told("Connected", [caller], callee, [3, 3])
        agreed(daemon, lab, 0, seconds=SOON)


def test_events_that_kamailio_had_to_drop_are_made_up_for_by_a_snapshot(lab):
    lab.kill_kamailio()
    lab.start_kamailio(ROLLCALL_QUEUE='"name=rollcall;size=4"')
    with daemon_for(lab) as daemon:
        lab.start_callee(ring_ms=50)
        leaving = lab.start_caller(2, ["802"])
        before = agreed(daemon, lab, 2, "Connected")
        (sender,) = [process["PID"] for process in lab.rpc("core.psx") if "RTIMER" in process["DSC"]]
        os.kill(sender, signal.SIGSTOP)
        hang_up(lab, leaving)
        lab.start_caller(6, ["801", "821", "stranger"])
        wait_until(lambda: [dialog["state"] for dialog in lab.dialogs()] == [4] * 6)
        assert live(daemon).keys() == before.keys()
        os.kill(sender, signal.SIGCONT)
        agreed(daemon, lab, 6, "Connected", SOON)
        assert daemon.metrics()["rollcall_kamailio_gaps_total"] >= 1


# --- the daemon

@pytest.mark.parametrize("state", EARLY_AND_ANSWERED)
@pytest.mark.parametrize("snapshots", SNAPSHOTS)
def test_a_killed_daemon_comes_back_with_the_calls_as_they_were_and_without_those_that_ended(lab, snapshots, state):
    with daemon_for(lab, **SNAPSHOTS[snapshots](lab)) as daemon:
        callee = lab.start_callee(ring_ms=50 if state == "Connected" else NEVER_MS)
        staying, leaving = lab.start_caller(3, ["801", "821", "stranger"]), lab.start_caller(2, ["802"])
        before = agreed(daemon, lab, 5, state)
        daemon.kill()
        hang_up(lab, leaving)
        coming = lab.start_caller(1, ["831"])
        wait_until(lambda: coming.count("180", "Recv") == 1)
        daemon.start()
        after = agreed(daemon, lab, 4, state, SOON)
        assert lasting(after, without=31) == lasting(before, without=12)
        assert "no dumps" not in daemon.log_text() and not list(lab.dumps.iterdir())
        assert daemon.trusted().disconnectCustomer(i_customer=1) == {**OK, "count": 4}
        await_told(state, [staying, leaving, coming], callee, [3, 2, 1, 6])
        agreed(daemon, lab, 0, seconds=SOON)


def test_calls_that_were_hung_up_do_not_come_back_while_kamailio_waits_for_ends_that_are_gone(lab):
    with daemon_for(lab) as daemon:
        lab.start_callee(ring_ms=50)
        lab.start_caller(3)
        agreed(daemon, lab, 3, "Connected")
        lab.stop_ends()
        assert daemon.trusted().disconnectCustomer(i_customer=1) == {**OK, "count": 3}
        wait_until(lambda: not live(daemon))
        assert len(lab.dialogs()) == 3, "Kamailio waits for the answers to its BYEs"
        daemon.kill()
        daemon.start()
        ready(daemon)
        assert not live(daemon)


def test_a_daemon_that_was_held_up_catches_up(lab):
    with daemon_for(lab) as daemon:
        lab.start_callee(ring_ms=50)
        leaving, staying = lab.start_caller(2, ["802"]), lab.start_caller(2, ["821"])
        before = agreed(daemon, lab, 4, "Connected")
        daemon.signal(signal.SIGSTOP)
        hang_up(lab, leaving)
        assert lab.start_caller(5, ["801"], hold_ms=200).finish(PATIENCE) == 0
        lab.start_caller(3, ["831"])
        wait_until(lambda: [dialog["state"] for dialog in lab.dialogs()] == [4] * 5)
        daemon.signal(signal.SIGCONT)
        after = agreed(daemon, lab, 5, "Connected", SOON)
        assert {row["I_ACCOUNT"] for row in after.values()} == {21, 31}
        assert {id for id, row in before.items() if row["I_ACCOUNT"] == 21} <= after.keys()
        assert staying.alive()


# --- what is between them

class Cable:
    """Carries connections to an address until it is cut; then it refuses new ones until it is mended."""

    def __init__(self, host, port):
        self.to = host, port
        self.address = None
        self.ends = []
        self.mend()

    def mend(self):
        self.listener = socket.create_server(self.address or ("127.0.0.1", free_port()))
        self.address = self.listener.getsockname()
        threading.Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def cut(self):
        for end in (self.listener, *self.ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends = []

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                near = listener.accept()[0]
                far = socket.create_connection(self.to)
                self.ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)


def test_what_happened_while_the_connection_was_cut_is_made_up_for(lab):
    cable = Cable("127.0.0.1", lab.evapi_port)
    with contextlib.closing(cable.listener), daemon_for(lab, evapi="127.0.0.1:%d" % cable.address[1]) as daemon:
        api = daemon.trusted()
        callee = lab.start_callee(ring_ms=50)
        staying, leaving = lab.start_caller(3, ["801", "821", "stranger"]), lab.start_caller(2, ["802"])
        before = agreed(daemon, lab, 5, "Connected")
        ready(daemon)
        cable.cut()
        wait_until(lambda: status(daemon).endswith("not connected, synced, 5 calls, 5 unverified"))
        assert api.fault("disconnectAccount", i_account=11)[0] == 503
        hang_up(lab, leaving)
        coming = lab.start_caller(1, ["831"])
        wait_until(lambda: coming.count("200", "Recv") == 1)
        assert live(daemon).keys() == before.keys()
        cable.mend()
        after = agreed(daemon, lab, 4, "Connected")
        assert lasting(after, without=31) == lasting(before, without=12)
        assert api.disconnectCustomer(i_customer=1) == {**OK, "count": 4}
        await_told("Connected", [staying, leaving, coming], callee, [3, 2, 1, 6])
        agreed(daemon, lab, 0, seconds=SOON)


# --- what SIP may put into a text

USERS = [b"80\xff1", b"80\xc3(1", b"80\xed\xa0\x801", b"80\xf4\x90\x80\x80", b"80\x01\x1b1", b"80\x7f1", b"80'&1",
         b"80$ci{s.len}", b"80%00%221", "ü€𝄞".encode()]
ACCOUNTS = [b'8"01', b"80\\1", b"80<1]]>", b"801\xff", b"80\x011", b"801\t1", b'801","i_account":11,"x":"', b"\\u0000",
            b"\x01" * 1900]
CALL_IDS = ['"%u\\<%p>{ä}', b"\xff%u-%p@\xc3(", "%u-%p@'$ci\x01"]

#: Of a text that is too long for Kamailio's variables this much is kept.
LONG, KEPT = b"8" * 5000, 200


def start_hostile_callers(lab):
    """Returns the callers and how many calls they make: all texts as CLI and as CLD, as accounts and as Call-IDs."""
    rows = [("801", 1, text, b"1555") for text in [*USERS, LONG]] + [("801", 1, "801", text) for text in USERS] \
        + [(text, 1, "801", "1555") for text in ACCOUNTS]
    callers = [lab.start_caller(len(rows), rows=rows), lab.start_caller(1, rows=[(b"8;01", 1, b"80;a=\xff", b"1;2=3")]),
               *(lab.start_caller(1, call_id=call_id) for call_id in CALL_IDS)]
    return callers, len(rows) + len(callers) - 1


@pytest.mark.parametrize("state", EARLY_AND_ANSWERED)
def test_hostile_texts_break_no_list_and_no_hang_up(lab, state):
    with daemon_for(lab) as daemon:
        api = daemon.trusted()
        callee = lab.start_callee(ring_ms=50 if state == "Connected" else NEVER_MS)
        callers, calls = start_hostile_callers(lab)
        refused = lab.start_caller(1, rows=[("801", 1, b'8"01', "1555")])
        rows = agreed(daemon, lab, calls, state).values()
        assert sorted(row["CLI"] for row in rows if row["CLI"] != "801") \
            == sorted(shown(text) for text in [*USERS, LONG[:KEPT], b"80;a=\xff"])
        assert sorted(row["CLD"] for row in rows if not row["CLD"].startswith("1555")) \
            == sorted(shown(text) for text in [*USERS, b"1;2=3"])
        strangers = len(ACCOUNTS) + 1
        assert sorted(row["I_ACCOUNT"] for row in rows) == [0] * strangers + [11] * (calls - strangers)
        assert {row["I_CUSTOMER"] for row in rows} == {1}
        refused.take_stock()
        assert refused.count("INVITE", "Sent") > 0 == refused.count("180", "Recv"), \
            "Kamailio lets no quote into an address: there is no such call"

        for row in rows:
            assert api.disconnectCall(ID=row["ID"]) == OK
        agreed(daemon, lab, 0)
        assert [caller.finish(PATIENCE) for caller in callers] == [0] * len(callers)
        callee.take_stock()
        assert sum(told(state, callers, callee)) == 2 * calls


@pytest.mark.parametrize("snapshots", SNAPSHOTS)
def test_hostile_texts_come_through_every_kind_of_snapshot(lab, snapshots):
    with daemon_for(lab, **SNAPSHOTS[snapshots](lab)) as daemon:
        lab.start_callee(NEVER_MS)
        _, calls = start_hostile_callers(lab)
        before = agreed(daemon, lab, calls, "ARComplete")
        daemon.kill()
        daemon.start()
        after = agreed(daemon, lab, calls, "ARComplete", SOON)
        assert lasting(after) == lasting(before)
