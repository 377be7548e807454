"""What fails in a cluster: a node, a cable, a switch that moves. Answers stay right for what is reachable, who is
missing is named within five seconds, and within five of healing every node is complete with no call lost, doubled or
resurrected. Each node is in a network namespace of its own.
"""

import threading
import time

import pytest

from cluster import SOON, Cluster, Watch
from harness import STATES, next_id, wait_until

EACH = 40  # calls of each switch


class Truth:
    """One switch's own calls, which live through whatever happens to its connections."""

    def __init__(self, node, name):
        self.name, self.calls, self.switch = name, {}, None
        for n in range(EACH):
            id = next_id()
            self.calls[id] = {"id": id, "state": STATES[2 + n % 3], "setup_time": 1_700_000_000 + n, "i_account": 11 + n % 2}
        self.connect(node)

    def connect(self, node):
        """Comes to this node; a connection that is up elsewhere stays up until it is told to go."""
        self.before, self.switch = self.switch, node.switch(self.name, on_disconnect=self.obey)
        self.switch.connect(list(self.calls.values()))

    def obey(self, switch, id):
        self.calls.pop(id, None)
        switch.obey(id)

    def start(self):
        id = next_id()
        self.calls[id] = {"id": id, "state": "Connected", "setup_time": time.time(), "i_account": 11}
        self.say(type="call", **self.calls[id])
        return id

    def end(self, id):
        del self.calls[id]
        self.say(type="end", id=id)

    def say(self, **message):
        if not self.switch.closed:
            try:
                self.switch.send(**message)
            except OSError:
                pass

    @property
    def ids(self):
        return [f"{self.name}:{id}" for id in list(self.calls)]


class Stage:
    """Three nodes with a switch each, which all agree."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.truths = [Truth(node, f"sbc-{node.name[-1]}") for node in cluster]
        self.agree()

    @property
    def ids(self):
        return [id for truth in self.truths for id in truth.ids]

    def of(self, *numbers):
        return sorted(id for number in numbers for id in self.truths[number].ids)

    def agree(self, seconds=SOON):
        self.cluster.agree(self.ids, seconds)

    def shows(self, node, *numbers):
        """The node lists exactly the calls of these switches, each once, and counts as many."""
        rows, _ = node.answer()
        assert sorted(row["ID"] for row in rows if row["CC_STATE"] != "Dead") == self.of(*numbers)
        stats, _ = node.answer("getAccountCallStatsCustomer", recursive=True)
        assert sum(total for total, _ in stats["data"].values()) == len(self.of(*numbers))
        return True

    def change(self, number):
        """A call ends and one begins."""
        truth = self.truths[number]
        truth.end(next(iter(truth.calls)))
        truth.start()


@pytest.fixture(scope="module")
def cluster():
    with Cluster(network=True) as running:
        yield running


@pytest.fixture
def stage(cluster):
    for node in cluster:
        if node.process is None:
            node.start()
    cluster.complete_everywhere()
    stage = Stage(cluster)
    yield stage
    for truth in stage.truths:
        truth.calls.clear()
        truth.switch.snapshot()
    cluster.agree([])
    for truth in stage.truths:
        truth.switch.close()


# --- a node

def test_a_killed_node_is_missed_and_back_with_its_calls(stage):
    a, b, c = stage.cluster
    ending = f"sbc-a:{next(iter(stage.truths[0].calls))}"
    steady = [id for id in stage.of(0, 2) if id != ending]
    with Watch([a, c], steady, ever=True):
        b.kill()
        stage.cluster.missing_named(b)
        stage.shows(a, 0, 2), stage.shows(c, 0, 2)
        stage.change(0), stage.change(1)  # the switch lives on while nobody hears it
        b.start()
        stage.truths[1].connect(b)
        stage.agree()


def test_a_node_restarted_under_its_id_at_once_is_another_run_of_the_same_node(stage):
    a, b, c = stage.cluster
    for _ in range(3):
        with Watch([a, c], stage.of(0, 2), ever=True):
            b.kill()
            b.start()
            stage.truths[1].connect(b)
            stage.agree()


def test_a_node_stopped_in_good_order_is_missed_by_nobody_and_its_calls_stay(stage):
    a, b, c = stage.cluster
    with Watch([a, c], stage.ids):
        assert b.stop() == 0
    wait_until(lambda: a.nodes() == {"node-c": "up"} and c.nodes() == {"node-a": "up"}, SOON)
    for node in (a, c):
        rows, missing = node.answer()
        assert not missing and {row["ID"] for row in rows} == set(stage.ids)
    b.start()
    stage.truths[1].connect(b)
    stage.agree()
    # Who had them meanwhile keeps them for as long as requests may be under way that have not heard of that.
    wait_until(lambda: "another node has the switch" in a.log_text() + c.log_text(), 2 * SOON, "the calls to be removed")


def test_a_frozen_node_costs_an_answer_its_deadline_at_most_and_a_known_dead_one_nothing(stage):
    a, b, c = stage.cluster
    b.freeze()
    try:
        frozen = time.monotonic()
        rows, missing = a.answer()
        assert time.monotonic() - frozen < 3
        assert missing == {"node-b"} and set(stage.of(0, 2)) <= {row["ID"] for row in rows}
        stage.cluster.missing_named(b)
        began = time.monotonic()
        stage.shows(a, 0, 2), stage.shows(c, 0, 2)
        assert time.monotonic() - began < 1, "nobody waits for one that is known to be missing"
        wait_until(lambda: time.monotonic() > frozen + 4)
    finally:
        b.thaw()
    stage.agree()
    with Watch(stage.cluster, stage.ids, ever=True):
        time.sleep(2.5)  # as long as questions of before the frost are waited for


def test_a_node_frozen_for_a_moment_is_not_missed(stage):
    a, b, c = stage.cluster
    with Watch([a, c], stage.ids, ever=True):
        b.freeze()
        time.sleep(0.7)  # the length of the moment
        b.thaw()
    stage.agree()


# --- a cable

def test_a_cut_off_node_shows_its_own_part_and_is_missed_and_heals_without_ghosts(stage):
    a, b, c = stage.cluster
    with Watch(stage.cluster):
        stage.cluster.cut(a)
        stage.cluster.missing_named(a)
        stage.cluster.missing_named(b, c, at=[a])
        stage.shows(a, 0), stage.shows(b, 1, 2), stage.shows(c, 1, 2)
        for number in range(3):
            stage.change(number)
        wait_until(lambda: stage.shows(a, 0) and stage.shows(b, 1, 2))
        stage.cluster.heal(a)
        stage.agree()


def test_two_nodes_that_do_not_see_each_other_are_both_seen_by_the_third(stage):
    a, b, c = stage.cluster
    network = stage.cluster.network
    with Watch(stage.cluster):
        network.part(a.host, b.host)
        stage.cluster.missing_named(b, at=[a])
        stage.cluster.missing_named(a, at=[b])
        assert c.answer()[1] == set()
        stage.shows(c, 0, 1, 2), stage.shows(a, 0, 2), stage.shows(b, 1, 2)
        network.join(a.host, b.host)
        stage.agree()


def test_over_a_slow_cable_answers_are_complete(stage):
    a, b, c = stage.cluster
    stage.cluster.slow(a, 0.2)
    try:
        stage.agree()
        with Watch(stage.cluster, stage.ids, ever=True):
            for node in stage.cluster:
                assert stage.shows(node, 0, 1, 2)
            wait_until(lambda: b.metrics()['rollcall_node_round_trip_seconds{node="node-a"}'] >= 0.4)
            id = next(id for id in stage.of(1))
        assert a.trusted().disconnectCall(ID=id) == {"result": "OK"}
        stage.agree()
    finally:
        stage.cluster.fast(a)
    stage.agree()


def test_a_switch_that_moves_across_a_partition_counts_once_when_it_heals(stage):
    """The node that it left cannot know; when both are seen, the newer connection is right."""
    a, b, c = stage.cluster
    truth = stage.truths[0]
    with Watch(stage.cluster):
        stage.cluster.cut(a)
        stage.cluster.missing_named(a)
        truth.connect(b)
        gone = next(iter(truth.calls))
        truth.end(gone)
        new = truth.start()
        wait_until(lambda: stage.shows(b, 0, 1, 2))
        assert f"sbc-a:{gone}" in a.ids(), "what a node last knew it shows"
        stage.cluster.heal(a)
        stage.agree()
        for node in stage.cluster:
            assert f"sbc-a:{new}" in node.ids()
    truth.before.wait_closed()


# --- a switch that moves

def test_a_switch_that_moves_back_and_forth_under_load_is_never_shown_twice_nor_missed(stage):
    truth, moves = stage.truths[0], 30
    steady = stage.ids
    over = threading.Event()

    def load():
        """Other calls come and go on the switches that stay."""
        born = []
        while not over.is_set():
            other = stage.truths[1 + len(born) % 2]
            born.append((other, other.start()))
            if len(born) > 10:
                other, id = born.pop(0)
                other.end(id)
            over.wait(0.005)

    loader = threading.Thread(target=load)
    with Watch(stage.cluster, steady, ever=True) as watch:
        loader.start()
        try:
            for move in range(moves):
                seen = watch.answers
                truth.connect(stage.cluster[(move + 1) % 3])
                truth.before.wait_for("error", code="stale_epoch")
                truth.before.wait_closed()
                truth.before.close()
                wait_until(lambda: watch.answers > seen + 6)
        finally:
            over.set()
            loader.join()
    stage.agree()
    owner = stage.cluster[moves % 3].name
    for node in stage.cluster:
        assert {row["NODE_ID"] for row in node.rows() if row["ID"].startswith("sbc-a:")} == {owner}
        assert node.answer("getAccountCallStatsCustomer", recursive=True)[0]["data"]


def test_a_switch_goes_on_at_another_node_when_its_own_dies(stage):
    a, b, c = stage.cluster
    truth = stage.truths[0]
    a.kill()
    truth.connect(c)
    wait_until(lambda: stage.shows(c, 0, 1, 2) and stage.shows(b, 0, 1, 2), SOON)
    id = truth.ids[0]
    wait_until(lambda: a.name in b.answer()[1], SOON)
    assert b.trusted().disconnectCall(ID=id) == {"result": "OK"}
    assert truth.switch.wait_for("disconnect", id=id.split(":")[1])
    a.start()
    stage.agree()


def test_an_older_connection_is_refused_wherever_it_comes(stage):
    late = stage.cluster.b.switch("sbc-a", epoch=stage.truths[0].switch.epoch - 1).open().hello()
    late.wait_for("error", code="stale_epoch")
    late.wait_closed()
    stage.agree()


def test_a_disconnect_asked_for_before_a_switch_moves_is_carried_out_by_its_new_node(stage):
    a, b, c = stage.cluster
    truth = stage.truths[0]
    truth.switch.on_disconnect = lambda *_: None
    id = truth.ids[0]
    assert c.trusted().disconnectCall(ID=id) == {"result": "OK"}
    truth.connect(b)
    (row,) = [row for row in c.rows() if row["ID"] == id]
    assert row["CC_STATE"] == "Disconnecting", "it stays what it was"
    truth.switch.wait_for("disconnect", id=id.split(":")[1])
    stage.agree()
