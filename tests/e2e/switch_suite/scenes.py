"""The scenes of the story that every switch can play. Each brings a call to a moment, holds what is listed against what the
ends know at each step, and returns that moment."""

from dataclasses import dataclass, field
from typing import Callable

from phones import BROKEN, EARLY_MEDIA, moved


@dataclass
class Moment:
    """What is up, and how it ends by itself."""

    calls: list                        #: of (ID, state, its lines)
    finish: Callable                   #: ends all of them without the API
    together: bool = False             #: who loses a call ends the others: they are one conversation
    is_parted: bool = False            #: legs were apart: whether they are one call shows a second later
    account: str = field(default="801")  #: of the first call

    @property
    def rows(self):
        return {id: state for id, state, _ in self.calls}

    @property
    def lines(self):
        return [line for _, _, lines in self.calls for line in lines]


def called(stage, number="15550001", account="801", connection=1, at=None, **attributes):
    """A call that rings at the first carrier, or at another end: both of its lines, and its ID."""
    caller = stage.caller.call(account, number, **attributes)
    callee = (at or stage.carrier_a).rings(number)
    caller.wait(180)
    return caller, callee, stage.row(caller, "ARComplete", account, connection)


def connected(stage, number="15550001", account="801", connection=1, at=None, **attributes):
    """The same, answered."""
    caller, callee, id = called(stage, number, account, connection, at, **attributes)
    callee.answer()
    caller.wait("up")
    assert stage.row(caller, "Connected", account, connection) == id
    return caller, callee, id


# --- before the answer

def cancelled(stage):
    caller, callee, id = called(stage)
    return Moment([(id, "ARComplete", [caller, callee])], caller.cancel)


def busy(stage):
    caller, callee, id = called(stage)
    return Moment([(id, "ARComplete", [caller, callee])], lambda: (callee.reply(486), caller.wait(486)))


def not_answered(stage):
    caller, callee, id = called(stage, "65550001")
    return Moment([(id, "ARComplete", [caller, callee])], lambda: callee.wait(lambda line: line.heard == ["CANCEL"]))


def failing_over(stage):
    stage.carrier_a.plan = BROKEN
    caller, callee, id = called(stage, "25550001", connection=2, at=stage.carrier_b)
    assert stage.carrier_a.rings("25550001").said == [503]
    return Moment([(id, "ARComplete", [caller, callee])], caller.cancel)


def forking(stage):
    caller, first, id = called(stage, "35550001", connection=None)
    second = stage.carrier_b.rings("35550001")

    def finish():
        second.answer()
        first.wait("over")
        assert first.heard == ["CANCEL"]
        caller.wait("up")
        stage.agrees({id: "Connected"}, [caller, second])
        caller.bye()
    return Moment([(id, "ARComplete", [caller, first, second])], finish)


def early_media(stage):
    stage.carrier_a.plan = EARLY_MEDIA
    caller = stage.caller.call("801", "15550001").wait(183)
    callee = stage.carrier_a.rings("15550001")
    id = stage.row(caller, "ARComplete", connection=1)

    def finish():
        callee.answer()
        caller.wait("up")
        stage.row(caller, "Connected", connection=1)
        callee.bye()
    return Moment([(id, "ARComplete", [caller, callee])], finish)


def forwarding(stage):
    stage.carrier_a.plan = moved("45550009", stage.switch.sip_port)
    caller = stage.caller.call("801", "15550001")
    callee = stage.carrier_b.rings("45550009")
    caller.wait(180)
    id = stage.row(caller, "ARComplete", connection=2)
    return Moment([(id, "ARComplete", [caller, callee])], caller.cancel)


def from_a_carrier(stage):
    caller = stage.carrier_a.call("carrier-a", "05550001")
    callee = stage.desk.rings("05550001")
    caller.wait(180)
    id = stage.row(caller, "ARComplete", "821", connection=1)

    def finish():
        callee.answer()
        caller.wait("up")
        stage.row(caller, "Connected", "821", connection=1)
        caller.bye()
    return Moment([(id, "ARComplete", [caller, callee])], finish, account="821")


# --- answered

def answered(stage):
    caller, callee, id = connected(stage)
    return Moment([(id, "Connected", [caller, callee])], caller.bye)


def failed_over(stage):
    stage.carrier_a.plan = BROKEN
    caller, callee, id = connected(stage, "25550001", connection=2, at=stage.carrier_b)
    return Moment([(id, "Connected", [caller, callee])], callee.bye)


def forked(stage):
    caller, first, id = called(stage, "35550001", connection=None)
    second = stage.carrier_b.rings("35550001")
    first.answer()
    caller.wait("up")
    second.wait("over")
    assert second.heard == ["CANCEL"]
    return Moment([(id, "Connected", [caller, first])], first.bye)


def forwarded(stage):
    stage.carrier_a.plan = moved("45550009", stage.switch.sip_port)
    caller = stage.caller.call("801", "15550001")
    callee = stage.carrier_b.rings("45550009").answer()
    caller.wait("up")
    id = stage.row(caller, "Connected", connection=2)
    return Moment([(id, "Connected", [caller, callee])], callee.bye, is_parted=True)


def to_the_desk_from_a_carrier(stage):
    caller = stage.carrier_b.call("carrier-b", "05550001")
    callee = stage.desk.rings("05550001").answer()
    caller.wait("up")
    id = stage.row(caller, "Connected", "821", connection=2)
    return Moment([(id, "Connected", [caller, callee])], callee.bye, account="821")


def agreed(line, direction):
    """A re-INVITE, and its answer."""
    before = len(line.agreed)
    line.ask(direction).wait(lambda line: len(line.agreed) > before)
    assert line.agreed[-1] == 200, line.agreed


def held(stage):
    caller, callee, id = connected(stage)
    for line in (caller, callee):
        agreed(line, "sendonly")
        assert stage.row(caller, "Connected", connection=1) == id

    def finish():
        for line in (callee, caller):
            agreed(line, "sendrecv")
            assert stage.row(caller, "Connected", connection=1) == id
        caller.bye()
    return Moment([(id, "Connected", [caller, callee])], finish)


def re_invited(stage):
    """Media moves, at the called side and then at the calling one."""
    caller, callee, id = connected(stage)
    for line, address in ((callee, "127.0.1.77"), (caller, "127.0.1.66")):
        line.media = address
        agreed(line, "sendrecv")
    assert stage.row(caller, "Connected", connection=1) == id
    return Moment([(id, "Connected", [caller, callee])], callee.bye)


# --- nothing polite

def ack_lost(stage):
    caller, callee, id = connected(stage, lost_acks=1)
    return Moment([(id, "Connected", [caller, callee])], caller.bye)


def bye_lost(stage):
    """The first BYE does not reach them."""
    caller, callee, id = connected(stage)
    caller.deaf = callee.deaf = 1

    def finish():
        caller.bye()
        callee.wait("over")
    return Moment([(id, "Connected", [caller, callee])], finish)


def picked_up_late(stage):
    """The answer crosses the CANCEL."""
    caller, callee, id = called(stage)
    callee.picks_up_late = True
    return Moment([(id, "ARComplete", [caller, callee])], caller.cancel)


def of_one_call_id(stage):
    """Two calls of two accounts have the same Call-ID."""
    one, first, one_id = connected(stage)
    other, second, other_id = connected(stage, "15550002", "821", call_id=one.call_id)
    return Moment([(one_id, "Connected", [one, first]), (other_id, "Connected", [other, second])],
                  lambda: (one.bye(), second.bye()))


def of_a_long_call_id(stage):
    caller, callee, id = connected(stage, call_id="l" + 900 * "o" + "ng@127.0.0.1")
    return Moment([(id, "Connected", [caller, callee])], caller.bye)
