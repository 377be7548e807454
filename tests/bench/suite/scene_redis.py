"""The feed, beside the same model of calls kept in Redis from the same lines (peers/redis_feed.cpp)."""

import contextlib
import json
import shutil
import socket
import subprocess
import time

from suite import NotInstalled
from suite.rows import Row
from suite.world import BIN, Sim, counts, cpu_seconds, daemon, free_port, memory, program, wait_until

#: Each call says Idle, WaitAuth, WaitRoute, ARComplete and Connected; one that is over also its end.
EVENTS_OF_A_CALL = 5
SECONDS = 6
CHANGING = 20_000  # live calls while they come and go


@contextlib.contextmanager
def redis():
    """A Redis that keeps nothing on disk."""
    if not shutil.which("redis-server"):
        raise NotInstalled("redis-server")
    port = free_port()
    with program("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                 "--daemonize", "no", stdout=subprocess.DEVNULL) as process:
        process.port = port
        wait_until(lambda: accepts(port), what="Redis to listen")
        yield process


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True


def feed_redis(calls, *options):
    """What peer_redis_feed tells, with what Redis used."""
    with redis() as server:
        before = memory(server.pid)
        report = json.loads(subprocess.check_output(
            [BIN / "peer_redis_feed", *map(str, ["--port", server.port, "--calls", calls, *options])]))
        return {**report, "redis_cpu": cpu_seconds(server.pid), "redis_bytes": memory(server.pid) - before}


def applied(node):
    return node.metrics()['rollcall_feed_events_total{outcome="applied"}']


def feed_new(calls):
    """rollcall with new calls, until its stats show all of them connected."""
    with daemon() as node:
        api = node.trusted()
        with Sim(node.feed_port, calls, hold=True, connect_probability=1) as sim:
            began = time.monotonic()
            # The counter is cheaper to ask for than the stats, which have the last word.
            wait_until(lambda: applied(node) == EVENTS_OF_A_CALL * calls, 600, "every event to be applied")
            wait_until(lambda: counts(api)[1] == calls, what="every call to be connected")
            return {"seconds": time.monotonic() - began, "events": EVENTS_OF_A_CALL * calls,
                    "cpu": cpu_seconds(node.process.pid), "generator_cpu": cpu_seconds(sim.pid)}


def feed_changes(calls):
    """rollcall with calls that come and go, once the first have gone. What TCP holds back counts for nobody."""
    with daemon() as node, Sim(node.feed_port, calls) as sim:
        wait_until(lambda: applied(node) > (EVENTS_OF_A_CALL + 1) * calls, 600, "the first calls to end")
        pids = node.process.pid, sim.pid
        began, events, cpu = time.monotonic(), applied(node), [cpu_seconds(pid) for pid in pids]
        time.sleep(SECONDS)
        ended, events = time.monotonic(), applied(node) - events
        cpu = [cpu_seconds(pid) - before for pid, before in zip(pids, cpu)]
        return {"seconds": ended - began, "events": events, "cpu": cpu[0], "generator_cpu": cpu[1]}


def row(name, what, ours, theirs):
    figure, beside = (side["events"] / side["seconds"] for side in (ours, theirs))
    return Row(name, what, figure, "events/s",
               f"Redis {beside:,.0f}, by {theirs['commands'] / theirs['events']:.2f} commands each; generators apart: "
               f"{ours['generator_cpu'] / ours['events'] * 1e6:.1f} µs of CPU each, and with the reading of lines for Redis "
               f"{theirs['cpu'] / theirs['events'] * 1e6:.1f} µs", figure / beside, 1, "more",
               {"rollcall": ours, "redis": theirs})


def measure(calls):
    with redis():
        pass  # before anything takes long
    some = min(calls, CHANGING)
    return [row("redis.new", f"{calls:,} new calls, five events each", feed_new(calls), feed_redis(calls, "--hold")),
            row("redis.changes", f"{some:,} calls that come and go", feed_changes(some),
                feed_redis(some, "--seconds", SECONDS))]
