"""The feed, beside the same model of calls kept in Redis from the same lines (peers/redis_feed.cpp), in turn; and beside
what CAF itself takes for the messages of an event (peers/caf_events.cpp)."""

import contextlib
import json
import shutil
import socket
import subprocess
import time

from suite import NotInstalled
from suite.rows import Row
from suite.world import BIN, Sim, core_distance, counts, cpu_seconds, daemon, free_port, memory, program, wait_until

#: Each call says Idle, WaitAuth, WaitRoute, ARComplete and Connected; one that is over also its end.
EVENTS_OF_A_CALL = 5
SECONDS = 6
CHANGING = 20_000  # live calls while they come and go
ROUNDS = 3


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


def rate(side):
    return side["events"] / side["seconds"]


def in_turn(name, what, ours, theirs):
    """The median of some rounds, by the ratio of the two rates."""
    rounds = []
    for _ in range(ROUNDS):
        distances = [core_distance()]
        sides = {}
        for side, measure_side in {"rollcall": ours, "redis": theirs}.items():
            sides[side] = measure_side()
            distances.append(core_distance())
        rounds.append({**sides, "ratio": rate(sides["rollcall"]) / rate(sides["redis"]), "core_distances": distances})
    middle = sorted(rounds, key=lambda one: one["ratio"])[ROUNDS // 2]
    us, redis_side = middle["rollcall"], middle["redis"]
    all_ratios = ", ".join(f"{one['ratio']:.2f} ({' '.join(map(str, one['core_distances']))} ns)" for one in rounds)
    return Row(name, what, rate(us), "events/s",
               f"Redis {rate(redis_side):,.0f}, by {redis_side['commands'] / redis_side['events']:.2f} commands each; "
               f"generators apart: {us['generator_cpu'] / us['events'] * 1e6:.1f} µs of CPU each, and with the reading of "
               f"lines for Redis {redis_side['cpu'] / redis_side['events'] * 1e6:.1f} µs. All rounds, and how far the "
               f"cores were apart before, between and after: {all_ratios}", middle["ratio"], 1, "more", {"rounds": rounds})


def floor(calls, changes):
    """What of an event's time is CAF's own. Nothing for a revision without that program."""
    if not (BIN / "peer_caf_events").exists():
        return []
    distances = [core_distance()]
    bare = json.loads(subprocess.check_output([BIN / "peer_caf_events", str(calls), str(SECONDS)]))
    distances.append(core_distance())
    own, whole = (side["cpu"] / side["events"] * 1e6 for side in (bare, changes.details["rounds"][-1]["rollcall"]))
    return [Row("redis.floor", "… CAF alone: two messages an event between actors that do nothing else", rate(bare),
                "events/s", f"{own:.1f} µs of CPU each; rollcall {whole:.1f} µs in the last round; cores apart: "
                f"{' '.join(map(str, distances))} ns", details={"floor": bare, "core_distances": distances})]


def measure(calls):
    with redis():
        pass  # before anything takes long
    some = min(calls, CHANGING)
    new = in_turn("redis.new", f"{calls:,} new calls, five events each", lambda: feed_new(calls),
                  lambda: feed_redis(calls, "--hold"))
    changes = in_turn("redis.changes", f"{some:,} calls that come and go", lambda: feed_changes(some),
                      lambda: feed_redis(some, "--seconds", SECONDS))
    return [new, changes, *floor(some, changes)]
