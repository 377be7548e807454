"""Real SIP through a real Asterisk with the files of conf/asterisk: what the API says and does is held against what the
SIP ends have got and what Asterisk lists. Skipped without the root that has it (scripts/setup --switches)."""

import os
import pathlib
import sys
import time

import pytest

from harness import Daemon, wait_until
from test_kamailio import OK, SOON, live, ready

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sip"))
from asterisk_lab import AsteriskLab  # noqa: E402
from ends import Call, End, sdp  # noqa: E402

DECLINED = 603


def block(lab, **changes):
    return {"name": lab.name, "ami": lab.ami, "secret": "lab-secret", "snapshot_interval": "1s",
            "connections": {"carrier-a": 1, "carrier-b": 2}, **changes}


def daemon_for(lab, **changes):
    """A daemon of which the lab's Asterisk is the only switch."""
    return Daemon(switches={}, config={"asterisk": [block(lab, **changes)], "calls": {"dead_linger": "1s"}})


def overview(daemon):
    return daemon.get("/readyz?verbose").text


class Network:
    """An Asterisk, a caller, a phone, and a carrier that rings, with a daemon that watches them."""

    def __init__(self, lab, daemon, caller, phone, carrier):
        self.lab, self.daemon, self.caller, self.phone, self.carrier = lab, daemon, caller, phone, carrier

    def call(self, callee="15550001", **options):
        return Call(self.caller, self.lab.sip_port, callee=callee, **options).invite()

    def listed(self, call, state="ARComplete"):
        def shown():
            rows = [row for row in live(self.daemon).values() if row["CALL_ID"] == call.call_id]
            return rows[0] if rows and rows[0]["CC_STATE"] == state else None
        return wait_until(shown, SOON, f"a call that is {state}")

    def answered(self, end=None, **options):
        """A call that the carrier, or another end, has answered."""
        end = end or self.carrier
        before = len(end.find("INVITE"))
        call = self.call(**options)
        call.wait_for(180)
        invite = end.wait_for("INVITE", before + 1)
        end.reply(invite, 200, sdp("127.0.1.9"))
        call.answered()
        return call, invite

    def disconnect(self, row):
        assert self.daemon.trusted().disconnectCall(ID=row["ID"]) == OK

    def empty(self):
        wait_until(lambda: not live(self.daemon) and not self.lab.channels(), SOON, "the end of all calls")


def came(end, method, call_id=None):
    """How many requests of a method, each counted once however often it was sent."""
    return len({m.branch for m in end.find(method) if call_id in (None, m["Call-ID"])})


@pytest.fixture(scope="module")
def network():
    with AsteriskLab() as lab, End("caller") as caller, End("phone", lab.phone_port) as phone, \
            End("carrier", lab.carrier_port) as carrier:
        lab.start()
        assert f"Asterisk {os.environ['ASTERISK']}." in lab.version(), lab.version()
        with daemon_for(lab) as daemon:
            ready(daemon)
            yield Network(lab, daemon, caller, phone, carrier)


@pytest.fixture
def sip(network):
    for end in (network.caller, network.phone, network.carrier):
        end.received.clear()
        end.on_invite = lambda invite, end=end: end.reply(invite, 180)
    yield network
    network.daemon.trusted().disconnectCustomer(i_customer=1)
    for name in network.lab.channels():
        network.lab.cli(f"channel request hangup {name}")
    network.empty()


def test_a_call_is_listed_with_what_asterisk_knows_of_it(sip):
    before = time.time()
    call = sip.call("15550001", account="801")
    call.wait_for(180)
    row = sip.listed(call)
    assert (row["I_ACCOUNT"], row["CLI"], row["CLD"], row["I_CONNECTION"]) == (11, "801", "15550001", 1)
    assert row["DIRECTION"] == "vendor"
    assert row["ID"].startswith(f"{sip.lab.name}:lab-{int(before) // 100}")
    sip.carrier.reply(sip.carrier.find("INVITE")[0], 200, sdp("127.0.1.9"))
    call.answered()
    sip.listed(call, "Connected")

    def media():
        row = sip.listed(call, "Connected")
        return (row["CALLER_MEDIA_IP"], row["CALLEE_MEDIA_IP"]) == ("127.0.1.1", "127.0.1.9") and row
    connected = wait_until(media, SOON, "the addresses of media")
    assert connected["ID"] == row["ID"] and connected["SETUP_TIME"] == row["SETUP_TIME"]
    assert 0 < connected["DELAY"] < time.time() - before
    call.again("BYE")
    sip.empty()


def test_a_ringing_call_is_hung_up_and_each_end_hears_of_it_once(sip):
    call = sip.call()
    call.wait_for(180)
    sip.disconnect(sip.listed(call))
    call.acknowledge(call.wait_for(DECLINED))
    sip.empty()
    assert came(sip.carrier, "CANCEL") == 1 and came(sip.carrier, "BYE") == 0
    assert came(sip.caller, "BYE") == 0
    assert sip.daemon.trusted().ids("listActiveCalls", i_customer=1) == []


def test_an_answered_call_is_hung_up_and_each_end_hears_of_it_once(sip):
    call, invite = sip.answered()
    sip.disconnect(sip.listed(call, "Connected"))
    sip.empty()
    assert came(sip.caller, "BYE", call.call_id) == 1
    assert came(sip.carrier, "BYE", invite["Call-ID"]) == 1
    assert came(sip.carrier, "CANCEL") == 0


def test_all_calls_of_an_account_are_hung_up_and_no_others(sip):
    ours = [sip.answered(account="801") for _ in range(3)]
    ringing = sip.call(account="801")
    ringing.wait_for(180)
    other, _ = sip.answered(account="802")
    for call in (*(call for call, _ in ours), other):
        sip.listed(call, "Connected")
    sip.listed(ringing)
    assert sip.daemon.trusted().disconnectAccount(i_account=11) == {**OK, "count": 4}
    ringing.acknowledge(ringing.wait_for(DECLINED))
    wait_until(lambda: [row["I_ACCOUNT"] for row in live(sip.daemon).values()] == [12], SOON, "one call that is left")
    for call, invite in ours:
        assert came(sip.caller, "BYE", call.call_id) == 1
        assert came(sip.carrier, "BYE", invite["Call-ID"]) == 1
    assert came(sip.caller, "BYE", other.call_id) == 0
    assert len(sip.lab.channels()) == 2


def test_a_call_that_a_carrier_brings_is_whose_the_script_says_or_whose_phone_is_called(sip):
    said = sip.call("5550001", account="carrier-a")
    said.wait_for(180)
    row = sip.listed(said)
    assert (row["I_ACCOUNT"], row["CLD"], row["I_CONNECTION"]) == (21, "5550001", 1)
    assert row["DIRECTION"] == "onnet_in"
    called = sip.call("5550002", account="carrier-b")
    called.wait_for(180)
    row = sip.listed(called)
    assert (row["I_ACCOUNT"], row["CLD"], row["I_CONNECTION"]) == (12, "5550002", 2)
    assert row["DIRECTION"] == ""  # it comes from a carrier, and goes to none
    for call in (said, called):
        sip.disconnect(sip.listed(call))
        call.acknowledge(call.wait_for(DECLINED))
    sip.empty()
    assert came(sip.phone, "CANCEL") == 2


def test_a_blind_transfer_goes_on_as_the_same_call_and_is_hung_up_at_both_of_its_ends(sip):
    call, first = sip.answered(callee="15550001")
    row = sip.listed(call, "Connected")
    call.cseq += 1
    call.request("REFER", headers=[("Refer-To", f"<sip:15550002@127.0.0.1:{sip.lab.sip_port}>")])
    call.wait_for(202)
    second = sip.carrier.wait_for("INVITE", 2)
    sip.carrier.reply(second, 200, sdp("127.0.1.8"))
    sip.carrier.wait_for("ACK", 2)
    call.again("BYE")
    wait_until(lambda: len(sip.lab.channels()) == 2, SOON, "two channels")
    time.sleep(1.5)  # longer than legs may be apart, and than a list takes to come
    rows = live(sip.daemon)
    assert list(rows) == [row["ID"]]
    assert (rows[row["ID"]]["CC_STATE"], rows[row["ID"]]["I_ACCOUNT"]) == ("Connected", 11)
    sip.disconnect(row)
    sip.empty()
    for invite in (first, second):
        assert came(sip.carrier, "BYE", invite["Call-ID"]) == 1


def test_a_reload_of_asterisk_ends_no_call(sip):
    call, _ = sip.answered()
    row = sip.listed(call, "Connected")
    sip.lab.cli("core reload")
    time.sleep(2)
    assert sip.listed(call, "Connected")["ID"] == row["ID"]
    assert came(sip.caller, "BYE") == 0


#: Behind the line end, percent-encoded as PJSIP decodes it: VICTIM is the Uniqueid of another call.
HOSTILE = {
    "another id": "%0d%0aUniqueid%3aVICTIM",
    "an event": "%0d%0a%0d%0aEvent%3aHangup%0d%0aUniqueid%3aVICTIM%0d%0a%0d%0a",
    "another account": "%0d%0aAccountCode%3a802",
    "a channel that is complete": "%0d%0aPriority%3a%0d%0aUniqueid%3aVICTIM%0d%0aLinkedid%3ax%0d%0a%0d%0a",
    "a channel that is complete, and an answer": "%0d%0aPriority%3a%0d%0aUniqueid%3aVICTIM%0d%0aLinkedid%3ax%0d%0a%0d%0aResponse%3aa%0d%0a",
    "a channel that is complete, and an event":
        "%0d%0aPriority%3a%0d%0aUniqueid%3aVICTIM%0d%0aLinkedid%3ax%0d%0a%0d%0aEvent%3aa%0d%0aPrivilege%3a%0d%0a",
}


@pytest.mark.parametrize("where", ["dialled", "caller"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_lines_that_a_caller_puts_into_a_number_touch_no_other_call(sip, text, where):
    victim, invite = sip.answered(account="802")
    row = sip.listed(victim, "Connected")
    text = text.replace("VICTIM", row["ID"].partition(":")[2])
    hostile = Call(sip.caller, sip.lab.sip_port, account="801", callee="1555" + (text if where == "dialled" else ""))
    if where == "caller":
        hostile.headers.append(("P-Asserted-Identity", f"<sip:49{text}@127.0.0.1>"))
    hostile.invite()
    hostile.wait_for(180)
    wait_until(lambda: "line ends of strangers" in overview(sip.daemon), SOON, "the note")
    time.sleep(1.5)  # lists come meanwhile
    assert sip.listed(victim, "Connected")["I_ACCOUNT"] == 12
    others = [each for id, each in live(sip.daemon).items() if id != row["ID"]]
    assert all(each["I_ACCOUNT"] in (0, 11) for each in others), others  # what is told of the leg to the carrier is true
    hostile.request("CANCEL", branch=hostile.invited)
    wait_until(lambda: len(sip.lab.channels()) == 2, SOON, "the end of the hostile call")
    sip.listed(victim, "Connected")
    sip.disconnect(row)
    sip.empty()
    assert came(sip.caller, "BYE", victim.call_id) == came(sip.carrier, "BYE", invite["Call-ID"]) == 1


def test_calls_of_an_asterisk_that_is_killed_stay_until_its_new_list_shows_that_they_are_over(sip):
    call, _ = sip.answered()
    row = sip.listed(call, "Connected")
    sip.lab.kill()
    wait_until(lambda: "unverified" in overview(sip.daemon) and "1 unverified" in overview(sip.daemon), SOON,
               "a call that is unverified")
    time.sleep(1)
    assert sip.listed(call, "Connected")["ID"] == row["ID"]
    sip.lab.start()
    wait_until(lambda: not live(sip.daemon), 4 * SOON, "the end of the call")
    again, _ = sip.answered()
    assert sip.listed(again, "Connected")["ID"] != row["ID"]


def test_core_restart_now_is_seen_by_the_new_list(sip):
    call, _ = sip.answered()
    sip.listed(call, "Connected")
    sip.lab.cli("core restart now")
    wait_until(lambda: not live(sip.daemon), 4 * SOON, "the end of the call")
    wait_until(lambda: "udp" in sip.lab.cli("pjsip show transports"), 6 * SOON, "Asterisk's SIP")
    wait_until(lambda: "connected, synced" in overview(sip.daemon), 4 * SOON, "the connection")


@pytest.mark.parametrize(("changes", "note"), [
    ({"secret": "wrong"}, "switch ast-1: it refuses the manager user 'rollcall'"),
    ({"user": "nobody"}, "switch ast-1: it refuses the manager user 'nobody'"),
    ({"user": "no-lists"}, None),
    ({"user": "no-hang-ups"}, "switch ast-1: the manager user 'no-hang-ups' may not give Hangup"),
], ids=["secret", "user", "no-lists", "no-hang-ups"])
def test_what_the_manager_user_lacks_is_told(network, changes, note):
    note = note or "switch ast-1: the manager user 'no-lists' may not give CoreShowChannels"
    with daemon_for(network.lab, **changes) as daemon:
        wait_until(lambda: note in overview(daemon), SOON, note)
        assert "manager.conf" in overview(daemon)
        assert "manager" in daemon.log_file.read_text()
        assert "lab-secret" not in daemon.log_file.read_text() + overview(daemon)


def test_a_manager_user_without_events_is_noticed_by_a_call(sip):
    with daemon_for(sip.lab, user="no-events", name="ast-2") as daemon:
        # One process may not be connected to under two names of one node: here they are two nodes.
        ready(daemon)
        call, _ = sip.answered()
        sip.listed(call, "Connected")
        wait_until(lambda: "needs read = call in manager.conf" in overview(daemon), 3 * SOON, "the note")
        assert [row["I_ACCOUNT"] for row in live(daemon).values()] == [11]  # lists show it, late
