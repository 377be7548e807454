"""`rollcall sim` against a node that the test plays itself (feed.md): what a switch owes to a node."""

import socket
import time

import pytest
from sim_peers import Node, connected

from harness import PATIENCE


def dies(node):
    node.hang_up()
    node.listener.close()


#: In seconds: how soon the calls of a node that died must be told to another one.
TAKEN_OVER = 2.0


@pytest.mark.parametrize("spelling", ["list", "repeated"])
def test_it_is_soon_at_the_next_node_when_one_dies(nodes, sim, spelling):
    first, second, third = nodes
    addresses = [node.address for node in nodes]
    sim(*(("--connect", ",".join(addresses)) if spelling == "list" else
          (word for address in addresses for word in ("--connect", address))),
        "--calls", 10, "--connect-probability", 1, "--hold")
    epoch = first.accept()["epoch"]
    calls = connected(first, 10)
    dies(first)
    began = time.monotonic()
    later = second.accept()["epoch"]
    assert later > epoch and second.snapshot().keys() == calls.keys()
    assert time.monotonic() - began < TAKEN_OVER
    dies(second)
    began = time.monotonic()
    assert third.accept()["epoch"] > later and third.snapshot().keys() == calls.keys()
    assert time.monotonic() - began < TAKEN_OVER


def test_nodes_that_are_gone_are_passed_over_soon(nodes, sim):
    first, second, third = nodes
    sim("--connect", ",".join(node.address for node in nodes), "--calls", 3)
    first.accept()
    second.listener.close()
    for _ in range(3):  # round after round
        dies_at = time.monotonic()
        first.hang_up()
        third.accept()
        assert time.monotonic() - dies_at < TAKEN_OVER
        third.hang_up()
        first.accept()


def test_a_host_that_answers_nothing_is_passed_over_soon(node, sim):
    with socket.socket() as silent, socket.socket() as filler:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)  # it takes one, and the kernel drops what comes after that
        filler.connect(silent.getsockname())
        began = time.monotonic()
        sim("--connect", f"127.0.0.1:{silent.getsockname()[1]},{node.address}")
        node.accept()
        assert time.monotonic() - began < TAKEN_OVER


def test_a_node_that_refuses_is_left_for_one_that_does_not(node, sim):
    other = Node()
    sim("--connect", node.address, "--connect", other.address)
    epoch = node.accept(welcome=False)["epoch"]
    node.send(type="error", code="unknown_switch", message="")
    assert other.accept()["epoch"] > epoch
    other.snapshot()
    other.hang_up()
    assert node.accept()["type"] == "hello", "and asked again when its turn comes"
    other.listener.close()


def test_when_every_node_refuses_for_good_it_ends_with_4(node, sim):
    other = Node()
    one = sim("--connect", f"{node.address},{other.address}")
    node.accept(welcome=False)
    node.send(type="error", code="auth_failed", message="")
    other.accept(welcome=False)
    other.send(type="error", code="stale_epoch", message="")
    node.accept(welcome=False)
    node.send(type="error", code="auth_failed", message="")
    other.accept(welcome=False)
    assert one.process.poll() is None
    other.send(type="error", code="auth_failed", message="")
    _, err = one.process.communicate(timeout=PATIENCE)
    assert one.process.returncode == 4 and err.count("auth_failed") == 3
    other.hang_up()
    other.listener.close()
