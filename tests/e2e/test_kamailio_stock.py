"""Real SIP through the kamailio.cfg of each Kamailio's package, changed as docs/kamailio.md says and in nothing else."""

import contextlib
import pathlib
import re

import pytest

from harness import wait_until
from sip_network import KAMAILIOS, Call, End, Lab, is_from
from test_kamailio import OK, SOON, daemon_for, live, ready

from ends import sdp, token  # sip_network makes it known

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
RING, ANSWER = 180, 200


def changes():
    """The hunks of docs/kamailio.md: the lines before, and those after."""
    (text,) = re.findall("```diff\n(.*?)```", (CHECKOUT / "docs/kamailio.md").read_text(), re.S)
    for hunk in re.split("^@@.*\n", text, flags=re.M)[1:]:
        lines = hunk.splitlines()
        yield [line[1:] for line in lines if line[:1] != "+"], [line[1:] for line in lines if line[:1] != "-"]


def changed(text):
    """A kamailio.cfg with the changes, each of which fits in one place alone."""
    for before, after in changes():
        before = "\n".join(["", *before, ""])
        assert text.count(before) == 1, f"{text.count(before)} places for {before}"
        text = text.replace(before, "\n".join(["", *after, ""]))
    return text.replace("/usr/share/rollcall/kamailio/", f"{CHECKOUT}/conf/kamailio/")


#: Where it listens, which the file leaves to the machine.
LOCAL = """
listen=udp:127.0.0.1:{lab.sip_port}
listen=tcp:127.0.0.1:{lab.rpc_port}
auto_aliases=no
"""


def start(lab):
    text = lab.program.file("/etc/kamailio/kamailio.cfg").read_text()
    (lab.directory / "kamailio.cfg").write_text(changed(text))
    (lab.directory / "kamailio-local.cfg").write_text(LOCAL.format(lab=lab))
    lab.start_kamailio(config=lab.directory / "kamailio.cfg", WITH_JSONRPC=1)


def register(end, lab, user):
    """Lets the calls to `user` come to this end."""
    us = f"sip:{user}@127.0.0.1:{lab.sip_port}"
    end.send(f"REGISTER sip:127.0.0.1:{lab.sip_port} SIP/2.0", [
        ("Via", f"SIP/2.0/UDP 127.0.0.1:{end.port};branch=z9hG4bK{token()}"), ("From", f"<{us}>;tag={token()}"),
        ("To", f"<{us}>"), ("Call-ID", token()), ("CSeq", "1 REGISTER"), ("Max-Forwards", "70"),
        ("Contact", f"<sip:{user}@127.0.0.1:{end.port}>"), ("Expires", "600")], "", ("127.0.0.1", lab.sip_port))
    end.wait_for(lambda m: m.code == 200 and m.method == "REGISTER")


@pytest.fixture(scope="module", params=["5.6", "6.0", "6.1"])
def stock(request):
    """The lab, its daemon, a caller and a callee, which is registered as 15550000 and rings."""
    with Lab(program=KAMAILIOS[request.param]) as lab, End("caller") as caller, End("callee") as callee:
        start(lab)
        register(callee, lab, "15550000")
        with daemon_for(lab) as daemon:
            ready(daemon)
            yield lab, daemon, caller, callee


@pytest.fixture
def ends(stock):
    _, _, caller, callee = stock
    callee.on_invite = lambda invite: callee.reply(invite, RING)
    for end in (caller, callee):
        end.received.clear()
    return stock


def row_of(daemon, call, state):
    def shown():
        rows = [row for row in live(daemon).values() if row["CALL_ID"] == call.call_id]
        return rows[0] if [row["CC_STATE"] for row in rows] == [state] else None
    return wait_until(shown, SOON, f"a call that is {state}")


def over(lab, daemon):
    wait_until(lambda: not live(daemon) and not lab.dialogs(), what="the end of all calls")
    assert "script of" not in daemon.get("/readyz?verbose").text + daemon.log_text(), "nothing is left out"


def test_a_call_that_rings_is_listed_and_hung_up(ends):
    lab, daemon, caller, callee = ends
    call = Call(caller, lab.sip_port).invite()
    call.wait_for(RING)
    row = row_of(daemon, call, "ARComplete")
    assert (row["CLI"], row["CLD"], row["I_ACCOUNT"], row["CALLER_MEDIA_IP"]) == ("801", "15550000", 11, "127.0.1.1")
    assert daemon.trusted().disconnectCall(ID=row["ID"]) == OK
    call.acknowledge(call.wait_for(603))
    callee.wait_for(is_from(call, "CANCEL"))
    over(lab, daemon)


def test_an_answered_call_is_listed_and_hung_up_at_both_ends_once(ends):
    lab, daemon, caller, callee = ends
    invites = []
    callee.on_invite = lambda invite: [invites.append(invite), callee.reply(invite, ANSWER, sdp("127.0.2.1"))]
    call = Call(caller, lab.sip_port).invite().answered()
    row = row_of(daemon, call, "Connected")
    assert (row["CALLER_MEDIA_IP"], row["CALLEE_MEDIA_IP"]) == ("127.0.1.1", "127.0.2.1")

    callee.on_invite = lambda again: callee.reply(again, ANSWER, sdp("127.0.2.2"))
    call.again("INVITE", sdp("127.0.1.2")).answered()
    wait_until(lambda: (row := row_of(daemon, call, "Connected"))["CALLER_MEDIA_IP"] == "127.0.1.2"
               and row["CALLEE_MEDIA_IP"] == "127.0.2.2", SOON, "the media of the re-INVITE")

    assert daemon.trusted().disconnectCall(ID=row["ID"]) == OK
    for end in (caller, callee):
        end.wait_for(is_from(call, "BYE"))
    over(lab, daemon)
    assert [len({bye.branch for bye in end.find(is_from(call, "BYE"))}) for end in (caller, callee)] == [1, 1]


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_a_call_that_ends_by_itself_leaves_the_list(ends, who):
    lab, daemon, caller, callee = ends
    invites = []
    callee.on_invite = lambda invite: [invites.append(invite), callee.reply(invite, ANSWER)]
    call = Call(caller, lab.sip_port).invite().answered()
    row_of(daemon, call, "Connected")
    if who == "caller":
        call.again("BYE").wait_for(200)
    else:
        callee.request_within(invites[0], "BYE", 7)
        callee.wait_for(lambda m: m.code == 200 and m.method == "BYE")
    over(lab, daemon)


def test_calls_that_are_given_up_or_refused_leave_the_list(ends):
    lab, daemon, caller, callee = ends
    with contextlib.closing(lab.events()) as watcher:
        call = Call(caller, lab.sip_port).invite()
        call.wait_for(RING)
        row_of(daemon, call, "ARComplete")
        call.request("CANCEL", branch=call.invited).wait_for(200)
        call.acknowledge(caller.wait_for(lambda m: m.code == 487 and m["Call-ID"] == call.call_id))
        nobody = Call(caller, lab.sip_port, callee="15559999").invite()
        nobody.acknowledge(nobody.wait_for(404))
        over(lab, daemon)
        watcher.until(lambda: [event["type"] for event in watcher.events].count("end") == 2, SOON, "both ends")
    assert not callee.find(is_from(nobody, "INVITE"))
