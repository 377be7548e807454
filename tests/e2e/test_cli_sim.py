"""`rollcall sim` against a node that the test plays itself (feed.md): what a switch owes to a node."""

import contextlib
import signal
import socket
import subprocess
import time

import pytest
from sim_peers import Node, connected, truth

from harness import BIN, PATIENCE, STATES, wait_until


@pytest.mark.parametrize("code", ["auth_failed", "unknown_switch", "bad_version"])
def test_a_final_refusal_ends_it_with_4(node, sim, code):
    one = sim("--connect", node.address)
    node.accept(welcome=False)
    node.send(type="error", code=code, message="go away \u001b[31m")
    node.hang_up()
    _, err = one.process.communicate(timeout=PATIENCE)
    assert one.process.returncode == 4
    assert code in err and "\x1b" not in err


def test_a_switch_whose_address_has_to_wait_tries_again(node, sim):
    one = sim("--connect", node.address)
    for _ in range(2):
        node.accept(welcome=False)
        node.send(type="error", code="auth_failed",
                  message="too many wrong secrets came from this address; try again in 6 s")
        node.hang_up()
    assert node.accept()["type"] == "hello"
    node.snapshot()
    assert one.process.poll() is None


def test_a_node_that_is_never_there_is_a_failure(sim):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        one = sim("--connect", f"127.0.0.1:{nobody.getsockname()[1]}", "--run-for", "200ms")
        _, err = one.process.communicate(timeout=PATIENCE)
    assert one.process.returncode == 1 and "never welcomed" in err


def test_after_a_stale_epoch_it_comes_back_with_a_higher_one(node, sim):
    sim("--connect", node.address, "--epoch", 7)
    assert node.accept(welcome=False)["epoch"] == 7
    node.send(type="error", code="stale_epoch", message="")
    assert node.accept()["epoch"] == 8


def test_hello_comes_first_and_a_snapshot_after_welcome(node, sim):
    sim("--connect", node.address, "--name", "sbc-9", "--epoch", 5, "--calls", 3)
    hello = node.accept()
    assert hello.pop("run"), "another one at each start"
    assert hello == {"type": "hello", "version": 1, "switch": "sbc-9", "secret": "s", "epoch": 5, "can": ["ping"]}
    assert len(node.snapshot()) <= 3


def test_calls_pass_the_states_in_their_order(node, sim):
    sim("--connect", node.address, "--calls", 5, "--connect-probability", 1, "--mean-duration", "10ms")
    node.accept()
    node.snapshot()
    seen, ended = {}, 0
    while ended < 50:
        message = node.next()
        if message["type"] == "end":
            ended += 1
            seen.pop(message["id"], None)
        else:
            assert STATES.index(message["state"]) > seen.get(message["id"], -1)
            seen[message["id"]] = STATES.index(message["state"])
    assert len(seen) <= 5


def test_what_it_told_is_what_it_believes(node, sim, tmp_path):
    file = tmp_path / "state"
    one = sim("--connect", node.address, "--calls", 20, "--connect-probability", 1, "--hold", "--state-file", file,
              "--usernames", "801,802", "--connections", "1-2")
    node.accept()
    told = connected(node, 20)
    one.process.send_signal(signal.SIGUSR1)
    wait_until(file.exists)
    believed = truth(file)
    assert len(believed) == 20
    assert believed == {id: {key: value for key, value in call.items() if key != "type"} for id, call in told.items()}
    assert {call["account"] for call in believed.values()} == {"801", "802"}


def test_a_resync_is_answered_with_all_calls(node, sim):
    sim("--connect", node.address, "--calls", 10, "--connect-probability", 1, "--hold")
    node.accept()
    connected(node, 10)
    node.send(type="resync")
    calls = node.snapshot()
    assert len(calls) == 10
    assert all({"setup_time", "connect_time", "i_account", "cli"} <= call.keys() for call in calls.values())


def test_a_ping_is_answered(node, sim):
    sim("--connect", node.address, "--calls", 1)
    node.accept()
    node.send(type="ping")
    node.until(type="pong")


def test_a_disconnect_is_obeyed_once(node, sim):
    one = sim("--connect", node.address, "--calls", 1, "--connect-probability", 1, "--hold", "--teardown-delay", "50ms")
    node.accept()
    (id,) = connected(node, 1)
    node.send({"type": "disconnect", "id": id}, type="disconnect", id=id)  # the second one before the teardown is over
    said = node.until(type="end", id=id)
    assert [message for message in said if message["id"] == id][0] == {"type": "call", "id": id,
                                                                       "state": "Disconnecting"}
    node.send(type="disconnect", id=id)
    assert node.until(type="result", id=id)[-1]["ok"] is False
    counts = one.end()["disconnects"]
    assert (counts["received"], counts["obeyed"], counts["repeated"], counts["unknown"]) == (3, 1, 1, 1)


def test_a_refusal_and_silence_can_be_asked_for(node, sim):
    one = sim("--connect", node.address, "--calls", 1, "--connect-probability", 1, "--hold", "--refuse-disconnect", 1)
    node.accept()
    (id,) = connected(node, 1)
    node.send(type="disconnect", id=id)
    assert node.until(type="result", id=id)[-1]["ok"] is False
    assert one.end()["disconnects"]["refused"] == 1


def test_it_comes_back_to_the_next_address_with_a_higher_epoch_and_the_same_calls(node, sim):
    with contextlib.closing(Node()) as other:
        sim("--connect", f"{node.address},{other.address}", "--calls", 10, "--connect-probability", 1, "--hold")
        first = node.accept()
        calls = connected(node, 10)
        node.hang_up()
        assert other.accept()["epoch"] > first["epoch"]
        assert other.snapshot().keys() == calls.keys()


def test_calls_that_end_while_it_is_away_are_not_told_later(node, sim):
    sim("--connect", node.address, "--calls", 20, "--mean-duration", "20ms")
    node.accept()
    node.snapshot()
    begun = {message["id"] for message in (node.next() for _ in range(200))}
    node.hang_up()
    node.accept()
    known = node.snapshot().keys()
    assert not known >= begun
    for _ in range(200):
        message = node.next()
        if message["type"] == "end" or message["state"] != "Idle":
            assert message["id"] in known
        known |= {message["id"]}


def test_it_drops_the_connection_when_told_to(node, sim):
    one = sim("--connect", node.address, "--drop-every", "100ms")
    for _ in range(3):
        node.accept()
        while node.next() is not None:
            pass
    assert one.end()["reconnects"] >= 2


def test_the_calls_stand_still_on_usr2(node, sim):
    one = sim("--connect", node.address, "--calls", 10, "--mean-duration", "10ms")
    node.accept()
    node.snapshot()
    one.process.send_signal(signal.SIGUSR2)
    node.send(type="ping")
    node.until(type="pong")
    node.send(type="resync")
    node.until(type="snapshot_begin")
    node.until(type="snapshot_end")
    node.send(type="ping")
    assert len(node.until(type="pong")) == 1


def test_hanging_up_at_the_exit_ends_every_call(node, sim):
    one = sim("--connect", node.address, "--calls", 10, "--hold", "--hang-up-at-exit")
    node.accept()
    live = set(connected(node, 5))
    one.process.send_signal(signal.SIGTERM)
    while (message := node.next()) is not None:
        (live.discard if message["type"] == "end" else live.add)(message["id"])
    node.hang_up()
    assert one.process.wait(PATIENCE) == 0
    assert not live


def test_the_same_seed_makes_the_same_calls(node, sim):
    def start():
        one = sim("--connect", node.address, "--calls", 30, "--seed", 42, "--epoch", 1, "--hold")
        node.accept()
        told = connected(node, 20)
        one.process.kill()  # before the connection, or it would come back and be taken for the second one
        one.process.wait(PATIENCE)
        node.hang_up()
        return {id: (call["cli"], call["cld"], call["call_id"]) for id, call in told.items() if "cli" in call}
    first, second = start(), start()
    both = first.keys() & second.keys()
    assert both and {id: first[id] for id in both} == {id: second[id] for id in both}


def test_time_may_run_faster(node, sim):
    one = sim("--connect", node.address, "--calls", 5, "--mean-duration", "10m", "--pace", 1000)
    node.accept()
    connected(node, 5)
    node.until(type="end")
    assert one.end()["model_seconds"] > 60


def test_time_that_runs_as_fast_as_the_node_reads_stands_still_until_there_is_one(node, sim):
    sim("--connect", node.address, "--calls", 100, "--rate", "max", "--hold")
    node.accept(welcome=False)
    time.sleep(.2)
    node.send(type="welcome", version=1, node_id="node-t")
    assert node.snapshot() == {}
    assert node.next()["state"] == "Idle"


def test_the_pace_of_a_switch_that_goes_as_fast_as_it_can_is_refused():
    done = subprocess.run([BIN / "rollcall", "sim", "--rate", "max", "--pace", "2"], text=True, capture_output=True)
    assert done.returncode == 2 and "--pace" in done.stderr


def test_it_waits_for_a_node_that_does_not_read(node, sim):
    one = sim("--connect", node.address, "--calls", 1000, "--rate", "max")
    node.accept()
    one.process.send_signal(signal.SIGUSR1)  # is still heard while the socket is full
    wait_until(lambda: len(node.connection.recv(1 << 20, socket.MSG_PEEK)) > 100000)
    assert one.process.poll() is None
    for _ in range(10000):
        assert node.next()["type"] in ("call", "end", "snapshot_begin", "snapshot_end")
