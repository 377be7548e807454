"""Real SIP to a gateway that asks who is calling: Kamailio answers its challenge by uac_auth() in a failure_route. Both ends
refuse with 500 whatever their dialog has left behind, as a BYE with the CSeq of an INVITE."""

import contextlib

import pytest

from harness import wait_until
from sip_network import Call, Lab, is_from, start
from test_kamailio import OK, SOON, daemon_for, ready
from test_kamailio_deployments import Deployment, ends_by_itself, once

from ends import sdp  # sip_network makes it known
from strict_ends import Carrier, StrictEnd, number

CREDENTIAL = "user:carrier:secret"
ANSWER = sdp("127.0.2.1")


@contextlib.contextmanager
def network(code=407, credential=CREDENTIAL, **settings):
    """A Deployment whose callee is a carrier, and the gateway that is tried next."""
    with Lab() as lab, StrictEnd("caller") as caller, StrictEnd("second") as second, \
            Carrier("carrier", CREDENTIAL, lab.callee_port, code) as carrier:
        start(lab, second, UAC_CREDENTIAL=f'"{credential}"', **settings)
        with daemon_for(lab) as daemon:
            ready(daemon)
            net = Deployment(lab, daemon, caller, carrier)
            net.second = second
            yield net


def hang_up(net, call, state):
    assert net.daemon.trusted().disconnectCall(ID=net.row(call, state)["ID"]) == OK


def by_second(net, call, state):
    """Waits until the call, the only one there is, is shown in this state and by the second gateway."""
    wait_until(lambda: net.row(call, state)["I_CONNECTION"] == 2, SOON, "the second gateway")
    assert len(net.daemon.everything()) == 1


def proper(net):
    """No end was told anything that it had to refuse."""
    for end in (net.caller, net.callee, net.second):
        assert not end.refused and not end.stray, (end.name, end.refused, end.stray)


#: The challenge, and whether the dialog module counts the CSeq on ("track_cseq_updates").
KINDS = {"407": (407, {"WITH_CSEQ_TRACKED": 1}), "401": (401, {"WITH_CSEQ_TRACKED": 1}), "407, CSeq as it was": (407, {})}


@pytest.fixture(scope="module", params=KINDS)
def deployment(request):
    code, settings = KINDS[request.param]
    with network(code, **settings) as net:
        net.tracked = bool(settings)
        yield net


@pytest.fixture
def net(deployment):
    for end in (deployment.caller, deployment.callee, deployment.second):
        end.received.clear()
    deployment.invites.clear()
    deployment.callee.on_cancel = deployment.callee.cancelled
    yield deployment
    deployment.daemon.trusted().disconnectCustomer(i_customer=1)
    deployment.over()
    proper(deployment)


def challenged(net):
    """A call whose authenticated INVITE has come, and has no answer yet."""
    net.callee.on_invite = net.invites.append
    call = Call(net.caller, net.lab.sip_port).invite()
    wait_until(lambda: net.invites, SOON, "an authenticated INVITE")
    return call


def test_a_challenged_call_is_one_row_until_it_is_over(net):
    call = challenged(net)
    before = net.row(call, "ARComplete")
    (first, second) = net.callee.find("INVITE")
    assert number(second) == number(first) + net.tracked
    net.callee.reply(net.invites[0], 180)
    call.wait_for(180)
    ringing = net.row(call, "ARComplete")
    net.callee.reply(net.invites[0], 200, ANSWER)
    call.answered()
    answered = net.row(call, "Connected")
    for row in (before, ringing, answered):
        assert (row["ID"], row["I_CONNECTION"], row["I_ACCOUNT"]) == (before["ID"], 1, 11)
    assert answered["CALLEE_MEDIA_IP"] == "127.0.2.1"
    assert len(net.daemon.everything()) == 1, "nor is there a second one that is over"
    assert call.got(407) == call.got(401) == 0


@pytest.mark.parametrize("reply", [100, 180])
def test_a_challenged_call_is_hung_up_before_its_answer_at_both_ends_once(net, reply):
    call = challenged(net)
    net.callee.reply(net.invites[0], reply)
    if reply == 180:
        call.wait_for(180)
    hang_up(net, call, "ARComplete")
    call.acknowledge(call.wait_for(603))
    once((net.caller, 603, 1), (net.callee, "CANCEL", 1), (net.callee, "INVITE", 2))
    assert not net.caller.find("BYE") + net.callee.find("BYE") + net.second.received


def test_a_gateway_that_is_silent_after_its_challenge_is_cancelled_when_it_says_something(net):
    call = challenged(net)
    hang_up(net, call, "ARComplete")
    call.acknowledge(call.wait_for(603))
    assert not net.callee.find("CANCEL"), "nothing may be cancelled that was not replied to"
    net.callee.reply(net.invites[0], 180)
    once((net.caller, 603, 1), (net.callee, "CANCEL", 1), (net.callee, "INVITE", 2))


def test_a_challenge_that_comes_after_the_hang_up_is_not_answered(net):
    held = []
    challenge, net.callee.challenge = net.callee.challenge, held.append
    try:
        call = Call(net.caller, net.lab.sip_port).invite()
        wait_until(lambda: held, SOON, "an INVITE")
        hang_up(net, call, "ARComplete")
        call.acknowledge(call.wait_for(603))
    finally:
        net.callee.challenge = challenge
    challenge(held[0])
    net.callee.wait_for("ACK")
    once((net.caller, 603, 1), (net.callee, "INVITE", 1))
    assert not net.second.received


def test_an_answered_challenged_call_is_hung_up_at_both_ends_once(net):
    call = net.call(ANSWER).answered()
    hang_up(net, call, "Connected")
    once((net.caller, "BYE", 1), (net.callee, "BYE", 1))


def test_a_challenged_call_that_was_asked_again_is_hung_up_at_both_ends_once(net):
    """Each request within the dialog raises the numbers at both ends."""
    call = net.call(ANSWER).answered()
    net.row(call, "Connected")
    call.again("INVITE", call.body).answered()
    call.again("INFO").wait_for(200)
    net.callee.request_within(net.invites[0], "INFO", 7)
    net.callee.wait_for(lambda m: m.code == 200 and m.method == "INFO")
    hang_up(net, call, "Connected")
    once((net.caller, "BYE", 1), (net.callee, "BYE", 1))


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_a_challenged_call_that_ends_by_itself_leaves_the_list(net, who):
    call = net.call(ANSWER).answered()
    net.row(call, "Connected")
    ends_by_itself(net, call, who)


def test_a_challenged_call_that_is_given_up_leaves_the_list(net):
    call = net.call()
    call.wait_for(180)
    net.row(call, "ARComplete")
    call.request("CANCEL", branch=call.invited)
    call.acknowledge(call.wait_for(487))
    once((net.callee, "CANCEL", 1), (net.callee, "INVITE", 2))


def test_a_challenged_gateway_that_answers_as_it_is_cancelled_gets_a_bye_that_it_takes(net):
    def too_late(cancel, invite):
        net.callee.reply(invite, 200, ANSWER)
        net.callee.reply(cancel, 200)

    net.callee.on_cancel = too_late
    call = net.call()
    call.wait_for(180)
    hang_up(net, call, "ARComplete")
    call.acknowledge(call.wait_for(603))
    bye = net.callee.wait_for(is_from(call, "BYE"))
    assert number(bye) == number(net.invites[-1]) + 1
    assert net.callee.find(lambda m: m.method == "ACK" and m.code is None and number(m) == number(net.invites[-1])
                           and m.tag("To").endswith("-1"))


def test_a_gateway_that_does_not_know_the_password_gives_way_to_the_next():
    with network(credential="user:carrier:wrong", WITH_CSEQ_TRACKED=1) as net:
        net.second.on_invite = lambda invite: net.second.reply(invite, 180)
        call = Call(net.caller, net.lab.sip_port).invite()
        call.wait_for(180)
        by_second(net, call, "ARComplete")
        hang_up(net, call, "ARComplete")
        call.acknowledge(call.wait_for(603))
        once((net.caller, 603, 1), (net.second, "CANCEL", 1), (net.callee, "INVITE", 2))
        net.over()
        proper(net)


@pytest.mark.parametrize("state", ["ARComplete", "Connected"])
def test_a_gateway_that_is_tried_after_one_that_has_asked_has_the_numbers_of_the_caller(state):
    with network(WITH_CSEQ_TRACKED=1) as net:
        net.callee.on_invite = lambda invite: net.callee.reply(invite, 503)
        net.second.on_invite = lambda invite: net.second.reply(invite, 180 if state == "ARComplete" else 200, ANSWER)
        call = Call(net.caller, net.lab.sip_port).invite()
        if state == "ARComplete":
            call.wait_for(180)
        else:
            call.answered()
        by_second(net, call, state)
        hang_up(net, call, state)
        if state == "ARComplete":
            call.acknowledge(call.wait_for(603))
            once((net.caller, 603, 1), (net.second, "CANCEL", 1))
        else:
            once((net.caller, "BYE", 1), (net.second, "BYE", 1), (net.second, "ACK", 1))
        net.over()
        proper(net)
