"""Real SIP, message by message: what is hung up, what is refused, and what comes at the wrong time."""

import contextlib
import pathlib
import shutil

import pytest

from harness import PATIENCE, wait_until
from sip_network import Call, End, Lab, is_from, start
from test_kamailio import OK, SOON, daemon_for, live, ready

#: Kamailio's own tables for db_text.
EMPTY_TABLES = pathlib.Path("/usr/share/kamailio/dbtext/kamailio")


# --- what is hung up is what was asked, however it is called

#: From here on Kamailio (5.6.3 and 6.1) builds no CANCEL of its own: it counts the INVITE's bytes in 16 bits.
NO_CANCEL = 32_768


@pytest.mark.parametrize("size", [900, 1008, 2008, 2060, 30_000, 60_000])
def test_a_ringing_call_with_a_long_call_id_is_hung_up_and_kamailio_lives(sip, size):
    call = sip.call(call_id="x" * size)
    call.wait_for(180)
    (id,) = wait_until(lambda: list(live(sip.daemon)), SOON)
    assert sip.daemon.trusted().disconnectCall(ID=id) == OK
    call.acknowledge(call.wait_for(603))
    if size < NO_CANCEL:
        sip.first.wait_for(is_from(call, "CANCEL"))
    wait_until(lambda: not live(sip.daemon), SOON, "the end")
    assert sip.is_up()


@pytest.mark.parametrize("size", [900, 2060, 60_000])
def test_an_answered_call_with_a_long_call_id_is_hung_up_and_kamailio_lives(sip, size):
    sip.first.on_invite = lambda invite: sip.first.reply(invite, 200)
    call = sip.call(call_id="x" * size).answered()
    (id,) = wait_until(lambda: [id for id, row in live(sip.daemon).items() if row["CC_STATE"] == "Connected"], SOON)
    assert sip.daemon.trusted().disconnectCall(ID=id) == OK
    sip.first.wait_for(is_from(call, "BYE"))
    sip.caller.wait_for(is_from(call, "BYE"))
    assert sip.is_up()


def test_of_two_ringing_calls_with_one_call_id_the_one_that_is_asked_is_hung_up(sip):
    for asked, other in ((0, 1), (1, 0)):
        calls = [sip.call(account=account, call_id=f"same-{asked}@127.0.0.1") for account in ("801", "821")]
        for call in calls:
            call.wait_for(180)
        ids = wait_until(lambda: {row["I_ACCOUNT"]: id for id, row in live(sip.daemon).items()
                                  if row["CC_STATE"] == "ARComplete"}, SOON)
        wait_until(lambda: len(live(sip.daemon)) == 2)
        ids = {row["I_ACCOUNT"]: id for id, row in live(sip.daemon).items()}
        assert sip.daemon.trusted().disconnectCall(ID=ids[(11, 21)[asked]]) == OK
        calls[asked].acknowledge(calls[asked].wait_for(603))
        sip.first.wait_for(is_from(calls[asked], "CANCEL"))
        wait_until(lambda: [row["I_ACCOUNT"] for row in live(sip.daemon).values()] == [(11, 21)[other]], SOON)
        assert [dialog["state"] for dialog in sip.lab.dialogs()] == [2], "the other one rings on"
        assert calls[other].got(603) == 0 and not sip.first.find(is_from(calls[other], "CANCEL"))
        sip.daemon.trusted().disconnectCall(ID=ids[(11, 21)[other]])
        calls[other].acknowledge(calls[other].wait_for(603))
        wait_until(lambda: not live(sip.daemon))


def test_a_script_that_makes_its_transaction_itself_has_its_ringing_calls_hung_up(sip):
    call = sip.call("transaction first")
    call.wait_for(180)
    assert sip.daemon.trusted().disconnectCall(ID=sip.listed(call)["ID"]) == OK
    call.acknowledge(call.wait_for(603))
    sip.first.wait_for(is_from(call, "CANCEL"))


def test_an_invite_that_comes_twice_is_one_call_and_rings_once(sip):
    call = sip.call()
    call.wait_for(180)
    call.request("INVITE", body=call.body, headers=call.headers, branch=call.invited)
    call.request("INVITE", body=call.body, headers=call.headers, branch=call.invited)
    sip.caller.wait_for(180, 3)
    row = sip.listed(call)
    assert len(sip.first.find("INVITE")) == 1 and len(live(sip.daemon)) == 1
    assert sip.daemon.trusted().disconnectCall(ID=row["ID"]) == OK
    call.acknowledge(call.wait_for(603))


# --- a refused call is no call

REFUSALS = {"send_reply": 403, "sl_send_reply": 484, "exit": None, "drop": None}


@pytest.mark.parametrize("script", REFUSALS)
def test_a_call_that_the_script_refuses_is_not_listed(sip, script):
    staying = sip.call()
    staying.wait_for(180)
    sip.listed(staying)
    known = frames(sip.daemon, "event")
    refused = [sip.call(script) for _ in range(100)]
    wait_until(lambda: frames(sip.daemon, "event") - known >= 100, SOON, "an event of each")
    if REFUSALS[script]:
        for call in refused:
            call.acknowledge(call.wait_for(REFUSALS[script]))
    wait_until(lambda: [row["CALL_ID"] for row in live(sip.daemon).values()] == [staying.call_id], SOON,
               "only the call that rings")
    assert [dialog["call-id"] for dialog in sip.lab.dialogs()] == [staying.call_id], "nor does Kamailio keep any"
    assert sip.daemon.trusted().disconnectAccount(i_account=11) == {**OK, "count": 1}
    staying.acknowledge(staying.wait_for(603))


def test_a_call_that_is_tried_again_after_a_refusal_is_a_call_of_its_own(sip):
    with contextlib.closing(sip.lab.events()) as watcher:
        call = sip.call("sl_send_reply")
        call.acknowledge(call.wait_for(484))
        call.headers = [("X-Account", "801")]
        call.cseq = 2
        call.invite().wait_for(180)
        sip.listed(call)
        watcher.until(lambda: [event for event in watcher.events if event.get("state") == "ARComplete"], SOON, "ringing")
    ids = [event["id"] for event in watcher.events if event.get("state") == "WaitRoute"]
    assert len(set(ids)) == 2 and [e["id"] for e in watcher.events if e["type"] == "end"] == ids[:1]
    assert sip.daemon.trusted().disconnectCall(ID=sip.listed(call)["ID"]) == OK
    call.acknowledge(call.wait_for(603))


def test_calls_that_are_tried_again_at_once_are_all_listed(sip):
    """The worker that refused the first INVITE may not be done with it when the other one has the second."""
    calls = []
    for _ in range(300):
        call = sip.call("sl_send_reply")
        calls.append(call)
        call.acknowledge(call.wait_for(484))
        call.headers, call.cseq = [("X-Account", "801")], 2
        call.invite().wait_for(180)
    names = sorted(call.call_id for call in calls)
    assert sorted(dialog["call-id"] for dialog in sip.lab.dialogs()) == names
    wait_until(lambda: sorted(row["CALL_ID"] for row in live(sip.daemon).values()) == names, SOON, "a row of each")
    assert sip.daemon.trusted().disconnectAccount(i_account=11) == {**OK, "count": len(calls)}
    for call in calls:
        call.acknowledge(call.wait_for(603))


# --- a bad field costs the field, not the call

FIELDS = {
    "account 801 as a number": {"I_ACCOUNT": 11},
    "account a list": {"I_ACCOUNT": 11},
    "account empty": {"I_ACCOUNT": 0},
    "account none": {"I_ACCOUNT": 0},
    "texts as numbers": {"CLI": "4989", "CLD": "4930", "DIRECTION": "1"},
}
CONNECTIONS = {"1": 1, "2147483647": 2147483647, "2147483648": 0, "4294967297": 0, "99999999999": 0, "0": 0, "-1": 0,
               "1.5": 0, "01": 0, "carrier": 0, "1a": 0, "": 0}


@pytest.mark.parametrize("script", FIELDS)
def test_a_call_is_listed_whatever_the_script_takes_its_fields_from(sip, script):
    call = sip.call(script)
    call.wait_for(180)
    row = sip.listed(call)
    assert {name: row[name] for name in FIELDS[script]} == FIELDS[script]
    assert frames(sip.daemon, "bad") == 0
    assert sip.daemon.trusted().disconnectCall(ID=row["ID"]) == OK
    call.acknowledge(call.wait_for(603))


def test_a_connection_that_is_no_number_of_a_connection_is_none(sip):
    calls = {connection: sip.call(headers=[("X-Connection", connection)]) for connection in CONNECTIONS}
    for call in calls.values():
        call.wait_for(180)
    assert {connection: sip.listed(call)["I_CONNECTION"] for connection, call in calls.items()} == CONNECTIONS
    assert frames(sip.daemon, "bad") == 0
    assert sip.daemon.trusted().disconnectAccount(i_account=11) == {**OK, "count": len(calls)}
    for call in calls.values():
        call.acknowledge(call.wait_for(603))


def test_an_invite_without_a_from_tag_makes_no_row(sip):
    with contextlib.closing(sip.lab.events()) as watcher:
        sip.call(from_tag="")
        proof = sip.call()
        proof.wait_for(180)
        sip.listed(proof)
        watcher.until(lambda: len(watcher.events) >= 2, SOON, "the events of the other call")
    assert {event["call_id"] for event in watcher.events} == {proof.call_id}
    assert frames(sip.daemon, "bad") == 0
    assert sip.daemon.trusted().disconnectAccount(i_account=11) == {**OK, "count": 1}
    proof.acknowledge(proof.wait_for(603))


def frames(daemon, outcome):
    return daemon.metrics()[f'rollcall_kamailio_frames_total{{outcome="{outcome}"}}']


# --- an answer that crosses the hang-up

def test_a_callee_that_answers_as_it_is_cancelled_gets_its_bye_and_no_other_gateway_is_tried(sip):
    def too_late(cancel, invite):
        sip.first.reply(invite, 200)
        sip.first.reply(cancel, 200)

    sip.first.on_cancel = too_late
    calls = [sip.call() for _ in range(20)]
    for call in calls:
        call.wait_for(180)
        sip.listed(call)
    assert sip.daemon.trusted().disconnectAccount(i_account=11) == {**OK, "count": 20}
    for call in calls:
        call.acknowledge(call.wait_for(603))
        bye = sip.first.wait_for(is_from(call, "BYE"))
        assert bye["CSeq"] == "2 BYE" and sip.first.find(is_from(call, "ACK"))
    wait_until(lambda: not live(sip.daemon), SOON, "the end")
    assert not sip.second.received


def test_a_late_answer_that_is_repeated_is_ended_again(sip):
    sip.first.on_cancel = lambda cancel, invite: [sip.first.reply(invite, 200) for _ in range(3)]
    call = sip.call()
    call.wait_for(180)
    assert sip.daemon.trusted().disconnectCall(ID=sip.listed(call)["ID"]) == OK
    call.acknowledge(call.wait_for(603))
    sip.first.wait_for(is_from(call, "BYE"), 3)
    assert len({bye.branch for bye in sip.first.find(is_from(call, "BYE"))}) == 1, "one BYE, sent again"


def test_an_answer_that_comes_before_the_hang_up_is_hung_up_on_both_sides(sip):
    """The order arrives while the answer passes: Kamailio refuses the refusal, and the dialog is ended instead."""
    sip.first.on_invite = lambda invite: [sip.first.reply(invite, 180), sip.first.reply(invite, 200)]
    calls = []
    for _ in range(20):
        calls.append(sip.call())
        sip.daemon.trusted().disconnectAccount(i_account=11)
    over = {}
    for call in calls:
        reply = sip.caller.wait_for(lambda m: m["Call-ID"] == call.call_id and m.code in (200, 603))
        call.acknowledge(reply)
        over[call] = reply.code
    # A call is not listed before its first event has come: Kamailio's own dialogs are asked as well.
    wait_until(lambda: sip.daemon.trusted().disconnectAccount(i_account=11)["count"] >= 0 and not live(sip.daemon)
               and not sip.lab.dialogs())
    for call, code in over.items():
        if code == 200:
            sip.caller.wait_for(is_from(call, "BYE"))
        if sip.first.find(is_from(call, "ACK")) or code == 200:
            sip.first.wait_for(is_from(call, "BYE"))
    assert sip.lab.dialogs() == []


@pytest.mark.slow
def test_a_hang_up_while_the_answer_passes_ends_the_call_only_when_its_byes_are_sent():
    """Kamailio says that it has ended such a call, and sends no BYE, for it does not know the callee yet."""
    with Lab() as lab, End("caller") as caller, End("first", lab.callee_port) as first, End("second") as second:
        start(lab, second, ROLLCALL_OWN_EVENT_ROUTES=1, WITH_ENDS=1, WITH_LOCK=1, WITH_SLOW_ANSWERS=1)
        with daemon_for(lab) as daemon:
            ready(daemon)
            first.on_invite = lambda invite: first.reply(invite, 200)
            for _ in range(2):
                call = Call(caller, lab.sip_port).invite()
                (id,) = wait_until(lambda: connected(daemon, 1), SOON)
                assert daemon.trusted().disconnectCall(ID=id) == OK
                call.answered()
                assert id in live(daemon) or caller.find(is_from(call, "BYE")), "it is up"
                for end in (caller, first):
                    end.wait_for(is_from(call, "BYE"))
                wait_until(lambda: not live(daemon) and not lab.dialogs(), SOON, "the end")


# --- dialogs that Kamailio restores

def test_calls_that_kamailio_restores_from_its_database_are_the_same_and_can_be_hung_up(tmp_path):
    for table in ("dialog", "dialog_vars", "version"):
        shutil.copy(EMPTY_TABLES / table, tmp_path)
    database = {"DATABASE_MODULE": '"db_text.so"', "DATABASE": f'"text://{tmp_path}"', "DIALOGS_IN_DATABASE": 1}
    with Lab() as lab, End("caller") as caller, End("first", lab.callee_port) as first, End("second") as second:
        start(lab, second, **database)
        with daemon_for(lab) as daemon:
            ready(daemon)
            first.on_invite = lambda invite: first.reply(invite, 200)
            calls = [Call(caller, lab.sip_port, account=account).invite().answered() for account in ("801", "802", "821")]
            before = wait_until(lambda: connected(daemon, 3), SOON)
            lab.kamailio.kill(15)
            start(lab, second, **database)
            assert wait_until(lambda: connected(daemon, 3), PATIENCE) == before, "the same calls, and no others"
            ids = {call_id: id for id, call_id in before.items()}
            assert daemon.trusted().disconnectCall(ID=ids[calls[0].call_id]) == OK
            first.wait_for(is_from(calls[0], "BYE"))
            caller.wait_for(is_from(calls[0], "BYE"))
            calls[1].again("BYE").wait_for(200)
            wait_until(lambda: list(live(daemon)) == [ids[calls[2].call_id]], SOON, "two ends")
            new = Call(caller, lab.sip_port, account="803").invite().answered()
            after = wait_until(lambda: connected(daemon, 2), SOON)
            assert {id for id, call_id in after.items() if call_id == new.call_id}.isdisjoint(before)


def connected(daemon, count):
    """The Call-IDs by ID when so many calls are up, all of them answered and verified."""
    rows = {id: row["CALL_ID"] for id, row in live(daemon).items() if row["CC_STATE"] == "Connected"}
    status = daemon.get("/readyz?verbose").text
    return rows if len(rows) == count and "0 unverified" in status and "connected, synced" in status else None


# --- the place of the include

def test_every_callee_gets_its_bye_also_behind_a_reply_route_that_returns():
    with Lab() as lab, End("second") as second:
        start(lab, second, INCLUDE_LAST=1)
        with daemon_for(lab) as daemon:
            ready(daemon)
            callee, caller = lab.start_callee(ring_ms=20), lab.start_caller(600, ["801"], rate=200)
            wait_until(lambda: connected(daemon, 600), 60, "600 calls")
            assert daemon.trusted().disconnectCustomer(i_customer=1) == {**OK, "count": 600}
            assert caller.finish(PATIENCE) == 0
            wait_until(lambda: not live(daemon), SOON, "the end of all calls")
            for end in (caller, callee):
                end.take_stock()
            assert (caller.count("BYE", "Recv"), callee.count("BYE", "Recv")) == (600, 600)


# --- the event socket

def test_a_second_reader_that_stands_still_does_not_keep_events_from_the_first():
    with Lab() as lab:
        lab.start_kamailio()
        with contextlib.closing(lab.events()), daemon_for(lab) as daemon:
            ready(daemon)
            lab.start_callee(ring_ms=20)
            caller = lab.start_caller(1000, ["801"], rate=150, hold_ms=200, call_id="x" * 2000 + "%u-%p@127.0.0.1")
            wait_until(lambda: not caller.alive(), 60, "1000 calls")
            wait_until(lambda: len(live(daemon)) == len(lab.dialogs()), SOON, "the calls that Kamailio has, and no more")
            metrics = daemon.metrics()
            assert metrics['rollcall_kamailio_connections_total{outcome="lost"}'] == metrics["rollcall_kamailio_gaps_total"] == 0
            assert frames(daemon, "event") > 3000


# --- what a script has left out

FORGOTTEN = {
    "the ends": ({"WITH_LOCK": 1}, "", ["event_route[dialog:end] must call route(ROLLCALL_ENDED)"]),
    "the lock": ({"WITH_ENDS": 1}, "", ["event_route[tm:local-request] must call route(ROLLCALL_BYE)"]),
    "routed and replies": ({"WITH_ENDS": 1}, "not routed", [
        "route(ROLLCALL_ROUTED) is missing before t_relay()",
        "t_on_reply(ROLLCALL_REPLY), or route(ROLLCALL_MEDIA) in your onreply_route, is missing before t_relay()"]),
}


@pytest.mark.parametrize("what", FORGOTTEN)
def test_a_hook_that_the_script_has_left_out_is_told_with_the_line_to_change(what):
    settings, script, faults = FORGOTTEN[what]
    with Lab() as lab, End("caller") as caller, End("first", lab.callee_port) as first, End("second") as second:
        start(lab, second, ROLLCALL_OWN_EVENT_ROUTES=1, **settings)
        with daemon_for(lab) as daemon:
            ready(daemon)
            first.on_invite = lambda invite: first.reply(invite, 200)
            call = Call(caller, lab.sip_port, headers=[("X-Script", script)]).invite().answered()
            (id,) = wait_until(lambda: connected(daemon, 1), SOON)
            assert daemon.trusted().disconnectCall(ID=id) == OK
            caller.wait_for(is_from(call, "BYE"))

            def told():
                page = daemon.get("/readyz?verbose").text
                return all(f"script of {lab.name}: {fault}\n" in page for fault in faults)
            wait_until(told, what=f"{faults}")
            assert all(fault in daemon.log_text() for fault in faults)


def test_a_script_that_has_all_hooks_is_told_of_nothing(sip):
    sip.first.on_invite = lambda invite: sip.first.reply(invite, 200)
    call = sip.call().answered()
    assert sip.daemon.trusted().disconnectCall(ID=sip.listed(call, "Connected")["ID"]) == OK
    sip.caller.wait_for(is_from(call, "BYE"))
    ringing = sip.call(callee="7")
    assert "script of" not in sip.daemon.get("/readyz?verbose").text + sip.daemon.log_text()
    ringing.answered()
