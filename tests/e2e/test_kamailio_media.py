"""Where the media of a call goes, as real SIP says it: early, after a failover, and when it changes during the call."""

import contextlib

import pytest

from harness import wait_until
from test_kamailio import OK, SOON

from ends import sdp  # sip_network makes it known

CALLER, FIRST, SECOND = "127.0.1.1", "127.0.2.1", "127.0.3.1"


def shows(sip, call, caller, callee, state=None):
    """Waits until the row of a call has these addresses."""
    def compare():
        row = sip.row(call)
        assert row and (row["CALLER_MEDIA_IP"], row["CALLEE_MEDIA_IP"]) == (caller, callee)
        assert state in (None, row["CC_STATE"])
        return row
    return wait_until(compare, SOON, f"media of {caller} and {callee}")


def answered(sip, body=None, answer=None):
    """A call that is up, and the INVITE that the first gateway got."""
    invites = []
    answer = sdp(FIRST) if answer is None else answer
    sip.first.on_invite = lambda invite: [invites.append(invite), sip.first.reply(invite, 200, answer)]
    call = sip.call(body=body).answered()
    return call, invites[0]


def test_the_callees_address_is_known_while_it_rings(sip):
    sip.first.on_invite = lambda invite: sip.first.reply(invite, 183, sdp(FIRST))
    call = sip.call()
    call.wait_for(183)
    row = shows(sip, call, CALLER, FIRST, "ARComplete")
    assert sip.daemon.trusted().disconnectCall(ID=row["ID"]) == OK
    call.acknowledge(call.wait_for(603))


def test_after_a_failover_the_address_is_that_of_the_gateway_in_use(sip):
    sip.first.on_invite = lambda invite: [sip.first.reply(invite, 183, sdp(FIRST)), sip.first.reply(invite, 486)]
    rings = []
    sip.second.on_invite = lambda invite: [rings.append(invite), sip.second.reply(invite, 180)]
    call = sip.call()
    call.wait_for(180)
    wait_until(lambda: (sip.row(call) or {}).get("I_CONNECTION") == 2, SOON, "the second gateway")
    shows(sip, call, CALLER, "", "ARComplete")
    sip.second.reply(rings[0], 183, sdp(SECOND))
    shows(sip, call, CALLER, SECOND, "ARComplete")
    sip.second.reply(rings[0], 200)
    call.answered()
    row = shows(sip, call, CALLER, SECOND, "Connected")
    assert sip.daemon.trusted().disconnectCall(ID=row["ID"]) == OK


def test_a_change_of_media_by_either_side_is_shown_and_the_sides_are_not_swapped(sip):
    call, invite = answered(sip)
    shows(sip, call, CALLER, FIRST, "Connected")
    sip.first.on_invite = lambda again: sip.first.reply(again, 200, sdp("127.0.2.2"))
    call.again("INVITE", sdp("127.0.1.2")).answered()
    shows(sip, call, "127.0.1.2", "127.0.2.2")
    sip.caller.on_invite = lambda again: sip.caller.reply(again, 200, sdp("127.0.1.3"))
    sip.first.request_within(invite, "INVITE", 7, sdp("127.0.2.3"))
    shows(sip, call, "127.0.1.3", "127.0.2.3")
    sip.caller.on_invite = lambda again: sip.caller.reply(again, 488)
    sip.first.request_within(invite, "INVITE", 8, sdp("127.0.2.4"))
    sip.first.wait_for(488)
    with contextlib.closing(sip.lab.events()) as watcher:
        call.again("BYE").wait_for(200)
        watcher.until(lambda: watcher.events, SOON, "the end")
    assert [event["type"] for event in watcher.events] == ["end"], "what was refused has changed nothing"


def test_a_reply_route_of_the_scripts_own_is_kept_within_the_dialog(sip):
    call, _ = answered(sip)
    sip.first.on_invite = lambda again: sip.first.reply(again, 200, sdp("127.0.2.2"))
    call.cseq += 1
    call.request("INVITE", body=sdp("127.0.1.2"), headers=[("X-Script", "own reply route")])
    reply = call.wait_for(200)
    call.acknowledge(reply)
    assert reply["X-Own"] == "reply route"
    shows(sip, call, "127.0.1.2", "127.0.2.2")


@pytest.mark.parametrize("offer, address", [
    (sdp("127.0.1.7", media="127.0.1.8"), "127.0.1.8"),
    (sdp(None, media="127.0.1.8"), "127.0.1.8"),
    (sdp("127.0.1.7", media="127.0.1.8").replace("m=audio", "m=audio 0 RTP/AVP 8\r\nc=IN IP4 127.0.1.9\r\nm=audio", 1), "127.0.1.8"),
    (sdp("127.0.1.7") + "m=video 5000 RTP/AVP 34\r\nc=IN IP4 127.0.1.9\r\n", "127.0.1.7"),
    (sdp("0.0.0.0"), ""),
    (sdp('127.0.1.1"}'), ""),
], ids=["of the stream", "of the stream alone", "not of a stream that is off", "not of a second stream", "on hold",
        "not an address"])
def test_the_address_is_that_of_the_first_stream_that_is_wanted(sip, offer, address):
    call, _ = answered(sip, body=offer)
    row = shows(sip, call, address, FIRST, "Connected")
    assert sip.daemon.trusted().disconnectCall(ID=row["ID"]) == OK


def test_an_offer_that_comes_with_the_answer_is_answered_by_the_acknowledgement(sip):
    sip.first.on_invite = lambda invite: sip.first.reply(invite, 200, sdp(FIRST))
    call = sip.call(body="")
    call.answered(sdp("127.0.1.9"))
    row = shows(sip, call, "127.0.1.9", FIRST, "Connected")
    assert sip.daemon.trusted().disconnectCall(ID=row["ID"]) == OK
