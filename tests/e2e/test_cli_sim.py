"""`rollcall sim` against a node that the test plays itself (feed.md): what a switch owes to a node."""

import contextlib
import json
import signal
import socket
import subprocess
import time

import pytest

from harness import BIN, PATIENCE, STATES, wait_until


class Node:
    """A listening node that talks to one switch after the other."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.connection = None

    def accept(self, welcome=True):
        """Takes the next connection; returns its hello."""
        self.hang_up()
        self.connection, _ = self.listener.accept()
        self.connection.settimeout(PATIENCE)
        self.lines = self.connection.makefile("rb")
        hello = self.next()
        if welcome:
            self.send(type="welcome", version=1, node_id="node-t")
        return hello

    def send(self, *more, **message):
        """Sends a message, and `more` ones behind it in the same piece."""
        self.connection.sendall(b"".join(json.dumps(each).encode() + b"\n" for each in (message, *more)))

    def next(self):
        """The next message; None when the switch has closed, in good order or not."""
        try:
            line = self.lines.readline()
        except ConnectionResetError:
            return None
        return json.loads(line) if line else None

    def snapshot(self):
        """Reads a snapshot that comes next: the calls by id."""
        assert self.next() == {"type": "snapshot_begin"}
        calls = {}
        while (message := self.next())["type"] == "call":
            calls[message["id"]] = message
        assert message == {"type": "snapshot_end"}
        return calls

    def until(self, **wanted):
        """Reads up to the first message with these fields and returns all that was read."""
        read = []
        while (message := self.next()) is not None:
            read.append(message)
            if wanted.items() <= message.items():
                return read
        raise AssertionError(f"closed before {wanted}; the last lines: {read[-5:]}")

    def hang_up(self):
        """Drops the connection, which the switch may have done before."""
        if self.connection:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            self.lines.close()
            self.connection.close()
            self.connection = None

    def close(self):
        self.hang_up()
        self.listener.close()


@pytest.fixture
def node():
    node = Node()
    yield node
    node.close()


class Sim:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([BIN / "rollcall", "sim", *map(str, arguments)], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self, number=signal.SIGTERM):
        """Ends it and returns its report."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, err
        return json.loads(out)


@pytest.fixture
def sim():
    started = []

    def start(*arguments):
        started.append(Sim("--secret", "s", "--ring", "10ms", *(() if "--rate" in arguments else ("--rate", 1000)),
                           *arguments))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def truth(file):
    return {call["id"]: call for call in map(json.loads, file.read_text().splitlines())}


def connected(node, count):
    """Takes the snapshot that comes next and reads on until so many calls are connected, in it or later; returns
    what was said of each call, merged."""
    calls = node.snapshot()
    while sum(call["state"] == "Connected" for call in calls.values()) < count:
        message = node.next()
        if message["type"] == "call":
            calls.setdefault(message["id"], {}).update(message)
    return calls


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


@pytest.fixture
def nodes():
    """Three nodes."""
    made = [Node() for _ in range(3)]
    yield made
    for one in made:
        one.hang_up()
        one.listener.close()


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
