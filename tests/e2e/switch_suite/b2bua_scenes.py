"""The scenes of the story that only a back-to-back user agent can play: it moves, parks, queues and mixes calls itself."""

from harness import wait_until
from scenes import Moment, agreed, called, connected


def talking(stage):
    """How many channels can hear somebody. Who does not yet cannot be transferred."""
    return len([channel for channel in stage.switch.channels().values() if channel["BridgeId"]])


def joined(stage, call):
    """What a function has made, as soon as both of its lines can hear each other."""
    before = talking(stage)
    made = call()
    wait_until(lambda: talking(stage) == before + 2)
    return made


def together(stage):
    """Waits until all lines of a stage can hear each other."""
    def bridges():
        return {channel["BridgeId"] for channel in stage.switch.channels().values()}
    wait_until(lambda: len(bridges()) == 1 and bridges() != {""}, what="one bridge")


def to_the_desk(stage, account="801"):
    """An answered call to the desk of account 802: both lines, and the ID."""
    return joined(stage, lambda: connected(stage, "05550001", account, 0, stage.desk))


def through_a_local_channel(stage):
    caller = stage.caller.call("801", "85550001")
    callee = stage.carrier_a.rings("15550001").answer()
    caller.wait("up")
    id = stage.row(caller, "Connected", connection=1)
    return Moment([(id, "Connected", [caller, callee])], callee.bye, is_parted=True)


# --- transfers

def transferred_by_the_callee(stage):
    caller, desk, id = to_the_desk(stage)
    desk.refer("15550002")
    target = stage.carrier_a.rings("15550002").answer()
    desk.leave()
    assert stage.row(caller, "Connected", connection=1) == id
    return Moment([(id, "Connected", [caller, target])], target.bye, is_parted=True)


def transferred_by_the_caller(stage):
    caller, callee, id = joined(stage, lambda: connected(stage))
    caller.refer("05550002")
    target = stage.desk.rings("05550002").answer()
    caller.leave()
    assert stage.row(caller, "Connected", connection=1) == id
    return Moment([(id, "Connected", [callee, target])], callee.bye, is_parted=True)


def being_transferred(stage):
    """Who the call is transferred to still rings."""
    caller, desk, id = to_the_desk(stage)
    desk.refer("15550002")
    target = stage.carrier_a.rings("15550002")
    desk.leave()
    assert stage.row(caller, "Connected", connection=1) == id

    def finish():
        target.reply(486)
        caller.wait("over")
    return Moment([(id, "Connected", [caller, target])], finish, is_parted=True)


def consulting(stage, account="802"):
    """Before an attended transfer: the desk has a call, and its own to whom it asks."""
    caller, desk, id = to_the_desk(stage, account)
    agreed(desk, "sendonly")

    def ask():
        asking = stage.desk.call("802", "15550002")
        asked = stage.carrier_a.rings("15550002").answer()
        asking.wait("up")
        return asking, asked
    asking, asked = joined(stage, ask)
    second = stage.row(asking, "Connected", "802", connection=1)
    return Moment([(id, "Connected", [caller, desk]), (second, "Connected", [asking, asked])],
                  lambda: (caller.bye(), asked.bye()), is_parted=True, account=account)


def transferred(stage, account):
    before = consulting(stage, account)
    stage.agrees(before.rows, before.lines)
    (first, _, (caller, desk)), (second, _, (asking, asked)) = before.calls
    desk.refer_to_line(asking)
    desk.leave()
    asking.wait("over")
    return first, caller, second, asked


def transferred_within_an_account(stage):
    """The consultation is over as a call: its carrier goes on in the first one."""
    first, caller, _, asked = transferred(stage, "802")
    assert stage.row(caller, "Connected", "802", connection=1) == first
    return Moment([(first, "Connected", [caller, asked])], asked.bye, is_parted=True, account="802")


def transferred_across_accounts(stage):
    """Two calls for ever, each of its account, though their ends talk to each other."""
    first, caller, second, asked = transferred(stage, "801")
    return Moment([(first, "Connected", [caller]), (second, "Connected", [asked])], caller.bye, together=True,
                  is_parted=True)


# --- parking, queue, conference, pickup

def parked(stage):
    caller, desk, id = to_the_desk(stage)
    desk.refer("730")
    desk.leave()
    return Moment([(id, "Connected", [caller])], caller.bye, is_parted=True)


def retrieved(stage):
    before = parked(stage)
    stage.agrees(before.rows, before.lines)
    (first, _, (caller,)), = before.calls
    other = stage.caller.call("822", "731").wait("up")
    second = stage.row(other, "Connected", "822")
    together(stage)
    return Moment([(first, "Connected", [caller]), (second, "Connected", [other])], caller.bye, together=True,
                  is_parted=True)


def queued(stage):
    caller = stage.caller.call("801", "710")
    agents = [stage.desk.rings(name) for name in ("agent-1", "agent-2")]
    id = stage.row(caller, "ARComplete")

    def finish():
        agents[0].answer()
        agents[1].wait("over")
        assert agents[1].heard == ["CANCEL"]
        caller.wait("up")
        stage.agrees({id: "Connected"}, [caller, agents[0]])
        caller.bye()
    return Moment([(id, "ARComplete", [caller, *agents])], finish)


def answered_from_the_queue(stage):
    caller = stage.caller.call("801", "710")
    agents = [stage.desk.rings(name) for name in ("agent-1", "agent-2")]
    agents[1].answer()
    agents[0].wait("over")
    caller.wait("up")
    id = stage.row(caller, "Connected")
    return Moment([(id, "Connected", [caller, agents[1]])], agents[1].bye, is_parted=True)


def conference(stage):
    calls = []
    for account in ("801", "821", "841"):
        caller = stage.caller.call(account, "720").wait("up")
        calls.append((stage.row(caller, "Connected", account), "Connected", [caller]))
    return Moment(calls, lambda: [caller.bye() for _, _, (caller,) in calls], is_parted=True)


def picked_up_by_another(stage):
    """Who rings at the desk is answered by account 822, with its own call."""
    caller, desk, id = called(stage, "05550001", connection=0, at=stage.desk)
    other = stage.caller.call("822", "703").wait("up")
    caller.wait("up")
    desk.wait("over")
    assert desk.heard == ["CANCEL"], desk
    assert stage.row(caller, "Connected") == id
    second = stage.row(other, "Connected", "822")
    together(stage)
    return Moment([(id, "Connected", [caller]), (second, "Connected", [other])], other.bye, together=True, is_parted=True)


# --- prompts

def prompt(stage):
    caller = stage.caller.call("801", "700").wait("up")
    id = stage.row(caller, "Connected", connection=0)
    return Moment([(id, "Connected", [caller])], caller.bye)


def prompt_to_its_end(stage):
    caller = stage.caller.call("801", "701").wait("up")
    return Moment([], lambda: caller.wait("over"))


def prompt_before_the_answer(stage):
    caller = stage.caller.call("801", "702").wait(183)
    id = stage.row(caller, "WaitRoute", connection=0)
    return Moment([(id, "WaitRoute", [caller])], caller.cancel)
