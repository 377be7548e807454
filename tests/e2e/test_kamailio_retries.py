"""Real SIP by callers that try again at once, or without end: INVITEs of one Call-ID and From tag with rising CSeqs."""

import contextlib
import threading
import time

import pytest

from harness import wait_until
from sip_network import Call, End, Lab, start
from test_kamailio import OK, SOON, daemon_for, live, ready

#: INVITEs of one dialog: how many a second, and for how long.
FLOOD, SECONDS = 200, 4

#: How many ordinary calls, one after the other, must ring meanwhile. Each takes some milliseconds, on a machine that is
#: busy a hundred; behind INVITEs that hold both workers for 20 ms each it is three or four in all.
UNHINDERED = 15

BUSY = "sl_send_reply, then busy"


@contextlib.contextmanager
def deployed(**settings):
    with Lab() as lab, End("caller") as caller, End("first", lab.callee_port) as first, End("second") as second:
        start(lab, second, **settings)
        with daemon_for(lab) as daemon:
            ready(daemon)
            first.on_invite = lambda invite: first.reply(invite, 180)
            yield lab, daemon, caller, first


def listed(daemon):
    return sorted(row["CALL_ID"] for row in live(daemon).values())


def refused(caller, lab, script):
    """A call that was refused, and is to be tried again without a script."""
    call = Call(caller, lab.sip_port, headers=[("X-Script", script)]).invite()
    call.acknowledge(call.wait_for(484))
    call.headers, call.cseq = [("X-Account", "801")], 2
    return call


def test_a_retry_that_meets_the_worker_that_refused_it_waits_for_that_and_is_a_call_of_its_own():
    with deployed() as (lab, daemon, caller, _):
        calls = [refused(caller, lab, BUSY).invite() for _ in range(50)]
        for call in calls:
            call.wait_for(180)
        names = sorted(call.call_id for call in calls)
        assert sorted(dialog["call-id"] for dialog in lab.dialogs()) == names
        wait_until(lambda: listed(daemon) == names, SOON, "a row of each")
        assert {row["CC_STATE"] for row in live(daemon).values()} == {"ARComplete"}
        assert daemon.trusted().disconnectAccount(i_account=11) == {**OK, "count": len(calls)}
        for call in calls:
            call.acknowledge(call.wait_for(603))


def test_a_retry_that_waited_in_vain_is_said_to_be_hidden_and_leaves_no_row_behind():
    with deployed(BUSY='"300000"') as (lab, daemon, caller, _):
        call = refused(caller, lab, BUSY).invite()
        call.wait_for(180)
        wait_until(lambda: f"rollcall: {call.call_id} 2 came before the INVITE" in lab.kamailio_log(), SOON)
        wait_until(lambda: not lab.dialogs(), SOON, "the end of the refused one's dialog")
        wait_until(lambda: not live(daemon), SOON, "no row")


#: What Kamailio has of the dialog that is asked for again and again, how many rows that makes, and settings. Workers that are
#: busy for 10 ms with each refusal are two at this rate, and those that wait for them two more.
FLOODED = {
    "a gateway that is silent": ("", 1, {}),
    "a transaction of the script's own": ("transaction first", 1, {}),
    "a refused call": ("sl_send_reply", 0, {}),
    "a call whose refusal keeps workers busy": (BUSY, 0, {"SIP_WORKERS": 8, "BUSY": '"10000"'}),
    "a refused call whose transaction stays": ("transaction first, sl_send_reply", 0, {}),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", FLOODED)
def test_a_flood_of_invites_of_one_dialog_holds_no_workers(what):
    script, rows, settings = FLOODED[what]
    with deployed(**settings) as (lab, daemon, caller, first), End("flooder") as flooder:
        first.on_invite = lambda invite: first.reply(invite, 100 if invite["X-Flood"] else 180)
        flood = Call(flooder, lab.sip_port, headers=[("X-Script", script), ("X-Flood", "1")]).invite()
        over = threading.Event()

        def pour():
            due = time.monotonic()
            for _ in range(FLOOD * SECONDS):
                flood.cseq += 1
                flood.invite()
                due += 1 / FLOOD
                time.sleep(max(0, due - time.monotonic()))
            over.set()

        threading.Thread(target=pour, daemon=True).start()
        calls = []
        while not over.is_set():
            calls.append(Call(caller, lab.sip_port).invite())
            calls[-1].wait_for(180)
        assert len(calls) >= UNHINDERED
        ours = {call.call_id for call in calls}
        wait_until(lambda: len(listed(daemon)) == len(calls) + rows and ours <= set(listed(daemon)), what="a row of each")
        assert daemon.trusted().disconnectCustomer(i_customer=1) == {**OK, "count": len(calls) + rows}
        for call in calls:
            call.acknowledge(call.wait_for(603))
