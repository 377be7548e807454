"""Random days of a cluster: switches under load that wander between nodes, while nodes and cables fail.

At no moment shows an answer a call twice. At rest, five seconds after the last thing has healed, every node is complete,
its lists equal what the switches have and its stats equal its lists. Two days have the same seeds in every run of the
tests. $ROLLCALL_SEED repeats one day; by hand $ROLLCALL_DAYS says how many random ones there are, and $ROLLCALL_TURNS how
long each is.
"""

import os
import random
import threading
import time

import pytest

from cluster import Cluster, Watch
from test_truth import SWITCHES, Truth, check

DAYS, TURNS = int(os.environ.get("ROLLCALL_DAYS", 0)), int(os.environ.get("ROLLCALL_TURNS", 6))
SEED = os.environ.get("ROLLCALL_SEED")
SEEDS = ([int(SEED)] if SEED else
         [pytest.param(random.SystemRandom().randrange(10**9), id=f"day {day}") for day in range(1, DAYS + 1)] if DAYS else
         [1, 2])  # the same faults in every run of the tests: what differs is when they hit


class Wanderer(Truth):
    """A switch that may go to any node. Whatever happens to its calls, its newest connection tells."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.before, self.going = None, threading.Lock()

    def go(self, node):
        """Comes to this node while an earlier connection may still be up elsewhere."""
        print(f"{time.strftime('%X')}   {self.name} goes to {node.name}")
        with self.going:
            self.before, self.switch, self.daemon = self.switch, None, node
            self.connect()

    def obey(self, switch, id):
        with self.going:
            if self.calls.pop(id, None) is not None:
                self.say(type="end", id=id)


class Day:
    def __init__(self, cluster, seed):
        # Of their own, so that the faults are the same however much the switches get to say meanwhile.
        self.cluster, self.dice, life = cluster, random.Random(seed), random.Random(seed)
        self.switches = [Wanderer(life, node, name) for node, name in zip(cluster, SWITCHES)]
        self.life = life
        for switch in self.switches:
            switch.connect()
        self.down = set()  # nodes that no switch can come to

    def load(self, seconds=0.0, steps=100):
        """The switches live on, for that long and that much."""
        until = time.monotonic() + seconds
        for _ in range(self.life.randrange(steps)):
            self.life.choice(self.switches).step()
        while time.monotonic() < until:
            self.life.choice(self.switches).step()
            time.sleep(0.002)  # five hundred events a second

    def wander(self):
        """A switch goes to another node, or comes back to its own."""
        self.dice.choice(self.switches).go(self.dice.choice([node for node in self.cluster if node not in self.down]))

    def settle(self):
        """Whoever has lost its node finds another."""
        for switch in self.switches:
            if not switch.up:
                switch.go(self.dice.choice(self.cluster.nodes))

    # what may happen

    def moves(self, node):
        for _ in range(self.dice.randrange(1, 4)):
            self.wander()
            self.load()

    def loss(self, node):
        switch = self.dice.choice(self.switches)
        switch.drop()
        self.load(steps=200)

    def kill(self, node):
        self.down.add(node)
        node.kill()
        for switch in self.switches:
            if switch.daemon is node:
                switch.drop()
        self.load()
        self.wander()
        self.load(self.dice.choice([0, 3]))
        node.start()

    def restart(self, node):
        assert node.stop() == 0
        node.start()

    def freeze(self, node):
        self.down.add(node)
        node.freeze()
        self.load(self.dice.choice([0.5, 3, 4]))
        if self.dice.random() < 0.5:
            self.wander()
        self.load()
        node.thaw()

    def cut(self, node):
        self.cluster.cut(node)
        self.load(self.dice.choice([0, 1, 4]))
        if self.dice.random() < 0.7:
            self.wander()
        self.load()
        self.cluster.heal(node)

    def part(self, node):
        other = self.dice.choice(self.cluster.others(node))
        self.cluster.network.part(node.host, other.host)
        self.load(self.dice.choice([0, 4]))
        self.moves(node)
        self.cluster.network.join(node.host, other.host)

    def slow(self, node):
        self.cluster.slow(node, self.dice.choice([0.02, 0.2]))
        self.moves(node)
        self.load(1)
        self.cluster.fast(node)

    def turn(self):
        fault = self.dice.choice([self.moves, self.loss, self.kill, self.restart, self.freeze, self.cut, self.part, self.slow])
        node = self.dice.choice(self.cluster.nodes)
        print(f"{time.strftime('%X')} {fault.__name__} {node.name}")
        fault(node)
        self.down.clear()


@pytest.fixture(scope="module")
def cluster():
    with Cluster(network=True, switches=SWITCHES, config={"calls": {"disconnect_retry": "1s"}}) as running:
        yield running


@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_sequence_of_faults_every_node_tells_the_truth(cluster, seed):
    print(f"ROLLCALL_SEED={seed}")
    day = Day(cluster, seed)
    for _ in range(TURNS):
        with Watch(cluster) as watch:
            day.load(steps=400)
            day.turn()
            day.settle()
            cluster.complete_everywhere()
        assert watch.answers, f"ROLLCALL_SEED={seed}"
        for node in cluster:
            check(node, day.switches, seed)
    for switch in day.switches:
        switch.calls.clear()
        switch.switch.snapshot()
    for node in cluster:
        check(node, day.switches, seed)
    for switch in day.switches:
        switch.drop()
