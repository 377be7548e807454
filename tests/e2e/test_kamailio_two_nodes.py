"""A Kamailio that two rollcalld watch: two that know nothing of each other, or two nodes of a cluster, of which one has it at
a time. Whoever orders it, and whatever becomes of a node meanwhile, a call is hung up once."""

import contextlib
import threading

import pytest

from cluster import Cluster
from harness import Daemon, wait_until
from sip_network import Call, Lab, is_from, start
from test_kamailio import NEVER_MS, OK, SOON, await_told, live, ready, standing_still

from ends import End, sdp  # sip_network makes it known

CALLS = 4
ACCOUNTS = ["801", "821"]
NODES = ["node-a", "node-b"]


def block(lab, **more):
    return {"kamailio": [{"name": lab.name, "evapi": lab.evapi, "rpc": lab.rpc_url, **more}]}


@contextlib.contextmanager
def strangers(lab):
    """Two nodes that know nothing of each other. Both are connected to the lab's Kamailio."""
    with contextlib.ExitStack() as stack:
        nodes = [stack.enter_context(Daemon(switches={}, config={"node": {"id": name}, **block(lab)})) for name in NODES]
        for node in nodes:
            ready(node)
        yield nodes


@contextlib.contextmanager
def members(lab):
    """Two nodes of a cluster, of which the first has the lab's Kamailio."""
    with Cluster(NODES, switches={}, config=block(lab, nodes=NODES)) as cluster:
        ready(cluster.a)
        yield list(cluster)


KINDS = {"strangers": strangers, "members": members}
STATES = {"ARComplete": NEVER_MS, "Connected": 50}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def lab():
    with Lab() as lab:
        lab.start_kamailio()
        yield lab


def shown(nodes, calls, state):
    """Waits until each of these nodes lists so many calls, the same ones; returns their IDs."""
    def compare():
        rows = [live(node) for node in nodes]
        assert all(each.keys() == rows[0].keys() for each in rows), rows
        assert [row["CC_STATE"] for row in rows[0].values()] == [state] * calls
        return (rows[0].keys(),)
    return wait_until(compare, SOON, f"{calls} calls")[0]


def disconnect_all(node, calls):
    with contextlib.closing(node.trusted()) as api:
        assert api.disconnectCustomer(i_customer=1) == {**OK, "count": calls}


@pytest.mark.parametrize("state", STATES)
def test_both_nodes_show_the_same_calls_and_what_either_hangs_up_is_over_for_both(lab, kind, state):
    with kind(lab) as nodes:
        callee = lab.start_callee(ring_ms=STATES[state])
        caller = lab.start_caller(CALLS, ACCOUNTS)
        ids = sorted(shown(nodes, CALLS, state))
        for node, id in zip(nodes, ids):
            with contextlib.closing(node.trusted()) as api:
                assert api.disconnectCall(ID=id) == OK
        assert sorted(shown(nodes, CALLS - 2, state)) == ids[2:]
        await_told(state, [caller], callee, [2, 2])
        disconnect_all(nodes[1], CALLS - 2)
        shown(nodes, 0, state)
        await_told(state, [caller], callee, [CALLS, CALLS])
        for end in (caller, callee):
            end.take_stock()
        await_told(state, [caller], callee, [CALLS, CALLS])


class SlowEnd(End):
    """Answers a BYE only when a test says so, so that the dialog stays for so long."""

    def __init__(self, name, port=0):
        self.byes = []
        super().__init__(name, port)

    def _take(self, message):
        if message.method == "BYE" and message.code is None:
            self.received.append(message)
            self.byes.append(message)
            return
        super()._take(message)

    def ordered(self, call):
        """How many BYEs of a call there were; one that is sent again has the branch that it had."""
        return len({bye.branch for bye in self.find(is_from(call, "BYE"))})


def at_once(*tasks):
    """Runs them all at the same moment, and waits for their ends."""
    together = threading.Barrier(len(tasks))
    threads = [threading.Thread(target=lambda task=task: (together.wait(), task())) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("state", STATES)
def test_a_call_that_both_nodes_are_told_to_hang_up_at_once_is_hung_up_once(kind, state):
    with Lab() as lab, SlowEnd("caller") as caller, SlowEnd("callee", lab.callee_port) as callee, End("second") as second:
        start(lab, second)
        with kind(lab) as nodes:
            callee.on_invite = lambda invite: callee.reply(invite, 180)
            if state == "Connected":
                callee.on_invite = lambda invite: callee.reply(invite, 200, sdp("127.0.2.1"))
            calls = [Call(caller, lab.sip_port).invite() for _ in range(10)]
            for call in calls:
                call.answered() if state == "Connected" else call.wait_for(180)
            (id, *_) = shown(nodes, len(calls), state)
            at_once(*(lambda node=node: node.trusted().disconnectCustomer(i_customer=1) for node in nodes))
            nodes[1].trusted().disconnectCall(ID=id)
            nodes[0].trusted().disconnectCustomer(i_customer=1)
            shown(nodes, 0, state)
            if state == "Connected":
                for call in calls:
                    caller.wait_for(is_from(call, "BYE"))
                    callee.wait_for(is_from(call, "BYE"))
                    assert (caller.ordered(call), callee.ordered(call)) == (1, 1)
                for end in (caller, callee):
                    for bye in end.byes:
                        end.reply(bye, 200)
            else:
                for call in calls:
                    call.acknowledge(call.wait_for(603))
                    callee.wait_for(is_from(call, "CANCEL"))
                    assert len({m.branch for m in callee.find(is_from(call, "CANCEL"))}) == 1
                assert not caller.byes + callee.byes + second.received
            wait_until(lambda: not lab.dialogs(), SOON, "the end of all dialogs")


def names(node):
    return {row["NODE_ID"] for row in live(node).values()}


@pytest.mark.parametrize("state", STATES)
def test_when_a_node_is_killed_the_other_has_the_calls_under_their_ids_and_hangs_them_up(lab, kind, state):
    with kind(lab) as (a, b):
        callee = lab.start_callee(ring_ms=STATES[state])
        staying, leaving = lab.start_caller(CALLS, ACCOUNTS), lab.start_caller(1, ["802"])
        ids = shown([a, b], CALLS + 1, state)
        a.kill()
        wait_until(lambda: names(b) == {"node-b"} and ready_again(b), what="node-b to have Kamailio")
        assert shown([b], CALLS + 1, state) == ids
        with contextlib.closing(b.trusted()) as api:
            assert api.disconnectAccount(i_account=12) == {**OK, "count": 1}
        await_told(state, [staying, leaving], callee, [0, 1, 1])
        left = shown([b], CALLS, state)
        a.start()
        ready(a)
        assert shown([a, b], CALLS, state) == left < ids
        disconnect_all(a, CALLS)
        shown([a, b], 0, state)
        for end in (staying, leaving, callee):
            with contextlib.suppress(TimeoutError):  # one that is done writes no more
                end.take_stock()
        await_told(state, [staying, leaving], callee, [CALLS, 1, CALLS + 1])


def ready_again(node):
    return ", synced, " in node.get("/readyz?verbose").text


def test_hang_ups_that_a_killed_node_has_ordered_are_carried_out_once_and_meet_no_other_call(lab, kind):
    with kind(lab) as (a, b):
        callee = lab.start_callee(ring_ms=50)
        doomed = lab.start_caller(CALLS, ["801"])
        before = shown([a, b], CALLS, "Connected")
        with standing_still(lab):
            disconnect_all(a, CALLS)
            wait_until(lambda: {row["CC_STATE"] for row in live(a).values()} == {"Disconnecting"})
            a.kill()
        # Kamailio 5.6 reads what a closed connection has brought. 6 does not: the node is to go on with it when it is back.
        coming = lab.start_caller(CALLS, ["801"])
        wait_until(lambda: coming.count("200", "Recv") == CALLS)
        a.start()
        ready(a)
        await_told("Connected", [doomed, coming], callee, [CALLS, 0, CALLS])
        new = shown([a, b], CALLS, "Connected")
        assert not new & before
        callee.take_stock()
        coming.take_stock()
        await_told("Connected", [doomed, coming], callee, [CALLS, 0, CALLS])
        disconnect_all(b, CALLS)
        await_told("Connected", [doomed, coming], callee, [CALLS, CALLS, 2 * CALLS])
        shown([a, b], 0, "Connected")


def test_a_node_that_stood_still_while_the_other_hung_up_hangs_up_nothing_when_it_goes_on(lab):
    with Cluster(NODES, switches={}, config=block(lab, nodes=NODES)) as cluster:
        a, b = cluster
        callee = lab.start_callee(ring_ms=50)
        doomed, staying = lab.start_caller(CALLS, ["801"]), lab.start_caller(CALLS, ["821"])
        ids = shown([a, b], 2 * CALLS, "Connected")
        a.freeze()
        wait_until(lambda: names(b) == {"node-b"}, what="node-b to have Kamailio")
        assert shown([b], 2 * CALLS, "Connected") == ids
        with contextlib.closing(b.trusted()) as api:
            assert api.disconnectAccount(i_account=11) == {**OK, "count": CALLS}
        left = shown([b], CALLS, "Connected")
        a.thaw()
        cluster.complete_everywhere()
        assert shown([a, b], CALLS, "Connected") == left
        callee.take_stock()
        staying.take_stock()
        await_told("Connected", [doomed, staying], callee, [CALLS, 0, CALLS])
        disconnect_all(a, CALLS)
        shown([a, b], 0, "Connected")
        await_told("Connected", [doomed, staying], callee, [CALLS, CALLS, 2 * CALLS])
