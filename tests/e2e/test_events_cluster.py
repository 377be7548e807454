"""GET /events of several nodes: any of them streams all their calls, and says what it cannot."""

import time

import pytest

from cluster import Cluster, lasting
from harness import Stream, wait_until
from test_cluster_truth import Day, SWITCHES as WANDERERS

EXTRA = ("CONNECT_TIME", "END_TIME", "SUSPECT")


def stream_at(node, **how):
    return Stream(node.http_port, connect=node.connect, **{"i_customer": 1, **how})


def is_what_lists_show(stream, node):
    """True when the mirror holds what a list of this node shows, row for row."""
    rows, missing = node.answer(names=True)
    listed = {row["ID"]: lasting(row) for row in rows if row["CC_STATE"] != "Dead"}
    mirror = {id: {name: value for name, value in lasting(row).items() if name not in EXTRA}
              for id, row in dict(stream.calls).items()}
    wrong = [id for id in listed if mirror.get(id) != listed[id]]
    assert set(mirror) == set(listed) and not wrong, (
        f"missing {sorted(set(listed) - set(mirror))[:3]}, too many {sorted(set(mirror) - set(listed))[:3]}, "
        f"wrong {[(mirror.get(id), listed[id]) for id in wrong[:1]]}")
    return True


@pytest.fixture(scope="module")
def cluster():
    with Cluster(("node-a", "node-b")) as running:
        yield running


@pytest.fixture
def streams():
    opened = []

    def open_at(node, **how):
        opened.append(stream_at(node, **how))
        return opened[-1]

    yield open_at
    for stream in opened:
        stream.close()
        stream.check()


def test_any_node_streams_the_calls_of_all(cluster, streams):
    with cluster.a.switch("sbc-a") as here, cluster.b.switch("sbc-b") as there:
        for n in range(5):
            here.start("Connected", i_account=11)
            there.start("Idle", i_account=21, cli="äöü")
        wait_until(lambda: len(cluster.a.ids()) == len(cluster.b.ids()) == 10)
        both = [streams(node) for node in cluster]
        for stream in both:
            stream.wait_for("synced", calls=10)
        late = there.start("Connected", i_account=11)
        for stream, node in zip(both, cluster):
            stream.wait(lambda: f"sbc-b:{late}" in stream.calls)
            stream.wait_mark()
            assert is_what_lists_show(stream, node)
        there.end(late)
        for stream in both:
            stream.wait_for("end", ID=f"sbc-b:{late}")
            assert stream.wait_mark()["calls"] == 10
        here.snapshot(), there.snapshot()
        for stream in both:
            stream.wait(lambda: not stream.calls)


def test_a_switch_that_moves_is_a_reset_of_that_switch_alone(cluster, streams):
    with cluster.a.switch("sbc-a") as stays, cluster.a.switch("sbc-b") as before:
        stays.start("Connected", i_account=11)
        ids = [before.start("Connected", i_account=11) for _ in range(3)]
        both = [streams(node) for node in cluster]
        for stream in both:
            stream.wait(lambda: len(stream.calls) == 4)
        held = [{"id": id, "state": "Connected", "setup_time": time.time(), "i_account": 11} for id in ids[:2]]
        with cluster.b.switch("sbc-b").connect(held) as after:
            for stream, node in zip(both, cluster):
                reset = stream.wait_for("reset", switch="sbc-b")
                stream.wait_for("synced", switch="sbc-b", after=reset["n"])
                wait_until(lambda: stream.wait_mark() and is_what_lists_show(stream, node))
                assert {message.get("switch") for message in stream.of_type("reset")} == {"sbc-b"}
                assert {row["NODE_ID"] for id, row in stream.calls.items() if id.startswith("sbc-b")} == {"node-b"}
            after.snapshot()
            stays.snapshot()
            for stream in both:
                stream.wait(lambda: not stream.calls)


def test_a_missing_node_is_told_and_its_calls_stay_until_it_is_back(cluster, streams):
    with cluster.a.switch("sbc-a") as here, cluster.b.switch("sbc-b") as there:
        here.start("Connected", i_account=11)
        gone = there.start("Connected", i_account=11)
        stream = streams(cluster.a)
        stream.wait(lambda: len(stream.calls) == 2)
        cluster.b.kill()
        stream.wait_for("node", node_id="node-b", state="missing")
        mark = stream.wait_mark()
        assert mark["calls"] == 2 and not mark["complete"]
        assert f"sbc-b:{gone}" in stream.calls  # nobody knows better
        there.close()
        cluster.b.start()
        stream.wait_for("node", node_id="node-b", state="back")
        there.reconnect([])
        stream.wait(lambda: f"sbc-b:{gone}" not in stream.calls, what="the end, or a reset")
        here.snapshot()
        wait_until(lambda: stream.wait_mark() and is_what_lists_show(stream, cluster.a))


def test_a_frozen_node_goes_on_where_it_was(cluster, streams):
    with cluster.a.switch("sbc-a") as here, cluster.b.switch("sbc-b") as there:
        here.start("Connected", i_account=11)
        id = there.start("Connected", i_account=11)
        stream = streams(cluster.a)
        stream.wait(lambda: len(stream.calls) == 2)
        stream.wait_mark()
        before = len(stream.messages)
        cluster.b.freeze()
        stream.wait_for("node", after=before, node_id="node-b", state="missing")
        there.end(id)
        cluster.b.thaw()
        stream.wait_for("node", after=before, node_id="node-b", state="back")
        stream.wait_for("end", ID=f"sbc-b:{id}")
        assert not [one for one in stream.of_type("reset") if one["n"] > before]
        here.snapshot()
        stream.wait(lambda: not stream.calls)


def test_a_stream_is_resumed_on_another_node(cluster, streams):
    with cluster.a.switch("sbc-a") as here, cluster.b.switch("sbc-b") as there:
        ends, stays = here.start("Connected", i_account=11), there.start("Connected", i_account=21)
        first = streams(cluster.a)
        keeper = streams(cluster.b)
        for stream in (first, keeper):
            stream.wait(lambda: len(stream.calls) == 2)
        first.wait_mark()
        first.close()
        here.end(ends)
        comes = there.start("Connected", i_account=11)
        keeper.wait(lambda: set(keeper.calls) == {f"sbc-b:{stays}", f"sbc-b:{comes}"})
        again = streams(cluster.b, since=first.token, calls=first.calls)
        assert again.wait_for("begin")["resumed"]
        again.wait_for("end", ID=f"sbc-a:{ends}")
        again.wait_mark()
        assert is_what_lists_show(again, cluster.b) and not again.of_type("reset")
        there.snapshot()
        again.wait(lambda: not again.calls)


class Follower:
    """A client that keeps a mirror through everything: where its node is gone it goes on at another."""

    def __init__(self, cluster, home):
        self.cluster, self.nodes, self.streams = cluster, [home, *cluster.others(home)], []
        self.resumed = self.refused = 0

    @property
    def stream(self):
        return self.streams[-1]

    def follow(self):
        """Makes sure that there is a stream."""
        if self.streams and not self.stream.closed:
            return
        since, calls = (self.stream.token, self.stream.calls) if self.streams else (None, {})
        for node in self.nodes:
            try:
                opened = stream_at(node, **({"since": since, "calls": calls} if since else {}))
            except OSError:
                continue
            if opened.status == 200:
                self.node = node
                self.streams.append(opened)
                return

    def is_right(self):
        self.follow()
        self.stream.wait_mark()
        self.stream.check()
        return is_what_lists_show(self.stream, self.node)

    def close(self):
        self.stream.close()
        for each in self.streams:
            each.check()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_whatever_happens_to_a_cluster_the_mirror_is_right_afterwards(seed):
    with Cluster(network=True, switches=WANDERERS, config={"calls": {"disconnect_retry": "1s"}}) as cluster:
        day = Day(cluster, seed)
        followers = [Follower(cluster, node) for node in cluster]
        for follower in followers:
            follower.follow()
        for _ in range(6):
            day.load(steps=400)
            day.turn()
            day.settle()
            cluster.complete_everywhere()
            for follower in followers:
                wait_until(follower.is_right, 30, f"the mirror of {follower.node.name}, seed {seed}")
        for follower in followers:
            follower.close()
        for switch in day.switches:
            switch.drop()
