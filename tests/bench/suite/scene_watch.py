"""Streams of events: what watching costs the feed, how soon a change is seen, and what a snapshot, many, idle and returning
readers cost. Beside: the whole list, asked for again and again, and Redis' keyspace notifications of the same changes."""

import contextlib
import json
import multiprocessing
import selectors
import socket
import statistics
import subprocess
import time

from suite import NotInstalled
from suite.rows import Row
from suite.scene_load import EVENTS_A_CALL, churn, events_per_second
from suite.scene_redis import CHANGING, SECONDS as REDIS_SECONDS, redis
from suite.watching import Follower, open_stream, read_until, token_of
from suite.world import (BIN, CUSTOMERS, QUIET_ACCOUNT, Sim, ahead_of_others, body_of, cpu_seconds, daemon, fetch,
                         memory, percentile, wait_for_calls)

ALL = body_of("listAllCalls", i_customer=1)
NOTHING = body_of("listAllCalls", i_customer=1, cli="no such number")
RATE = 50_000   # events a second, of one that is watched
ROUNDS = 3
PROBES = 500    # calls whose way to the reader is timed
AWAY = 10       # seconds for which a reader is not there
IDLE = 1000
MANY = {"events": {"max_streams": 5000, "max_streams_per_customer": 5000, "buffer": 64 << 20},
        "http": {"connections_per_address": 5000}}


@contextlib.contextmanager
def steady(node, rate=RATE):
    """A switch whose calls come and go evenly."""
    with churn(node, rate / EVENTS_A_CALL, int(rate / EVENTS_A_CALL * 12)) as sim:
        time.sleep(8)  # until as many end as start
        yield sim


def snapshot(node, calls):
    """Beside the list of the same calls."""
    lists = sorted(fetch(node.http_port, ALL) for _ in range(3))
    seconds, size = lists[1][1], lists[1][2]
    told = []
    for _ in range(3):
        with Follower(node.http_port, i_customer=1) as reader:
            told.append((reader.synced - reader.began, reader.snapshot_bytes))
    took, streamed = sorted(told)[1]
    return Row("watch.snapshot", f"the snapshot of a stream, {calls:,} calls, {streamed / 1e6:,.0f} MB of JSON", took, "s",
               f"the list of the same, {size / 1e6:,.0f} MB of XML, takes {seconds:.2f} s", took / seconds, 1)


def watched_rate(node):
    """A feed of RATE events a second, with one reader of everything and without."""
    rounds = []
    with steady(node):
        before, _ = events_per_second(node, 5)
        for _ in range(ROUNDS):
            with Follower(node.http_port, i_customer=1):
                rate, _ = events_per_second(node, 10)
            after, _ = events_per_second(node, 5)
            rounds.append({"rate": rate, "ratio": rate / statistics.mean([before, after])})
            before = after
    middle = sorted(rounds, key=lambda one: one["ratio"])[ROUNDS // 2]
    return Row("watch.rate", f"feed events of {RATE:,} a second, while one reader is told all of them", middle["rate"], "events/s",
               f"of the rate before and after, in {ROUNDS} rounds: {', '.join('%.2f' % one['ratio'] for one in rounds)}",
               middle["ratio"], .85, "more", {"rounds": rounds})


def overload(node):
    """The feed as fast as it goes: a reader of everything cannot keep up with that, and is told to begin anew."""
    with churn(node, "max", 100_000):
        time.sleep(8)
        before, _ = events_per_second(node, 5)
        resets = node.metrics()['rollcall_events_resets_total{of="all",reason="unknown_since"}']
        with Follower(node.http_port, wait=False, i_customer=1):
            rate, _ = events_per_second(node, 20)
        resets = node.metrics()['rollcall_events_resets_total{of="all",reason="unknown_since"}'] - resets
        after, _ = events_per_second(node, 5)
    ratio = rate / statistics.mean([before, after])
    return Row("watch.overload", "… as fast as they come, while one reader would be told all of them", rate, "events/s",
               f"of the rate before and after; the reader has to begin anew {resets:.0f} times in 20 s", ratio)


def delay(node):
    """From a line of a switch of its own to the reader of everything, who is told of RATE other events a second."""
    with steady(node):
        rate, alone = events_per_second(node, 5)
        with node.switch("sbc-3") as switch, Follower(node.http_port, rb"sbc-3:[0-9a-z-]+", i_customer=1) as reader:
            sent = {}
            _, watched = events_per_second(node, 5)
            with ahead_of_others():
                for _ in range(PROBES):
                    now = time.monotonic()
                    sent[f"sbc-3:{switch.start('Connected', i_account=QUIET_ACCOUNT)}"] = now
                    time.sleep(.01)
            time.sleep(1)
            seen, _ = reader.stop()
            for call in sent:
                switch.end(call.removeprefix("sbc-3:"))
    took = [(seen[call] - when) * 1e3 for call, when in sent.items()]
    slow = sorted((round(when - min(sent.values()), 2), round((seen[call] - when) * 1e3, 1)) for call, when in sent.items()
                  if seen[call] - when > .02)
    return [Row("watch.delay", f"from the line to a stream of everything, at {rate:,.0f} events/s, 99 %", percentile(took, .99), "ms",
                f"median {statistics.median(took):.1f} ms, {len(took)} calls", percentile(took, .99), 20,
                details={"ms": sorted(took), "slow": slow}),
            Row("watch.cpu", "… and what one reader costs the daemon", (watched - alone) * 1e6, "µs of CPU an event",
                f"{watched * 1e6:.1f} with it, {alone * 1e6:.1f} without")], watched - alone


def _read_all(ports, ready, stop):
    """Throws away what comes in on many streams."""
    with selectors.DefaultSelector() as ready_to_read:
        streams = [open_stream(port, i_customer=customer, recursive="false")[0] for port, customer in ports]
        for stream in streams:
            stream.setblocking(False)
            ready_to_read.register(stream, selectors.EVENT_READ)
        ready.set()
        buffer = bytearray(1 << 20)
        while not stop.is_set():
            for key, _ in ready_to_read.select(.1):
                with contextlib.suppress(BlockingIOError):
                    key.fileobj.recv_into(buffer)


def many(node, one_reader):
    """Each customer's own calls to two readers: each event is told twice."""
    ready, stop = multiprocessing.Event(), multiprocessing.Event()
    ports = [(node.http_port, customer) for customer in range(1, CUSTOMERS + 1)] * 2
    with steady(node):
        _, alone = events_per_second(node, 5)
        reader = multiprocessing.Process(target=_read_all, args=(ports, ready, stop), daemon=True)
        reader.start()
        assert ready.wait(60), "not every stream was let in"
        time.sleep(5)
        _, watched = events_per_second(node, 10)
        stop.set()
        reader.join()
    each = (watched - alone) / 2
    return Row("watch.many", f"{len(ports)} streams, each of one customer's own calls, at {RATE:,} events/s", each * 1e6,
               "µs of CPU a message", f"one reader of everything: {one_reader * 1e6:.1f} µs", each / one_reader, 2)


def idle(node):
    """Streams on which nothing happens."""
    before = memory(node.process.pid)
    streams = [open_stream(node.http_port, i_customer=1, i_account=QUIET_ACCOUNT)[0] for _ in range(IDLE)]
    time.sleep(5)
    for stream in streams:
        stream.setblocking(False)
        while True:
            try:
                if not stream.recv(1 << 16):
                    raise AssertionError("an idle stream has ended")
            except BlockingIOError:
                break
    cpu = cpu_seconds(node.process.pid)
    time.sleep(5)
    cpu = (cpu_seconds(node.process.pid) - cpu) / 5
    each = (memory(node.process.pid) - before) / IDLE
    for stream in streams:
        stream.close()
    return Row("watch.idle", f"each of {IDLE:,} streams on which nothing happens", each / 1024, "KB",
               f"all together {cpu * 100:.0f} % of a processor", each / 1024, 64)


def resume(node):
    """A reader that was away while calls came and went; beside what a list filtered to nothing takes."""
    nothing = statistics.median(fetch(node.http_port, NOTHING)[1] for _ in range(5))
    with steady(node, 5_000):
        stream = open_stream(node.http_port, i_customer=1)
        read_until(stream, b'"type":"synced"')
        line, _ = read_until((stream[0], b""), b'"type":"mark"')
        stream[0].close()
        events = node.metrics()['rollcall_feed_events_total{outcome="applied"}']
        time.sleep(AWAY)
        events = node.metrics()['rollcall_feed_events_total{outcome="applied"}'] - events
        began = time.monotonic()
        stream = open_stream(node.http_port, since=token_of(line), i_customer=1)
        beginning, _ = read_until(stream, b'"type":"begin"')
        assert b'"resumed":true' in beginning, beginning
        _, size = read_until((stream[0], stream[1]), b'"type":"mark"')
        seconds = time.monotonic() - began
        stream[0].close()
    return [Row("list.nothing", "listAllCalls with a filter that leaves nothing", nothing, "s", "", nothing, .1),
            Row("watch.resume", f"a stream that goes on after {AWAY} s and {events:,.0f} events, to the next mark", seconds, "s",
                f"{size / 1e6:.1f} MB; a list filtered to nothing takes {nothing:.3f} s")]


def polling(node, reader_cost):
    """What a client costs that asks for the list every five seconds instead."""
    cpu = cpu_seconds(node.process.pid)
    for _ in range(5):
        fetch(node.http_port, ALL)
    each = (cpu_seconds(node.process.pid) - cpu) / 5
    stream = 5 * RATE * reader_cost
    return Row("watch.polling", "a client that asks for the whole list every 5 s instead", each, "s of CPU each time",
               f"5 s of a stream at {RATE:,} events/s: {stream:.2f} s", each / stream)


def _subscribe(port, ready):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"PSUBSCRIBE __keyspace@0__:*\r\n")
        buffer = bytearray(1 << 20)
        ready.set()
        while connection.recv_into(buffer):
            pass


def redis_rate(watched):
    with redis() as server:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"CONFIG SET notify-keyspace-events KEA\r\n" if watched else b"PING\r\n")
            connection.recv(100)
        reader, ready = None, multiprocessing.Event()
        if watched:
            reader = multiprocessing.Process(target=_subscribe, args=(server.port, ready), daemon=True)
            reader.start()
            assert ready.wait(10), "Redis did not answer"
        told = json.loads(subprocess.check_output([BIN / "peer_redis_feed", "--port", str(server.port), "--calls", str(CHANGING),
                                                   "--seconds", str(REDIS_SECONDS)]))
        if reader:
            reader.kill()
            reader.join()
        return told["events"] / told["seconds"]


def redis_notifications():
    """They name the key that has changed, and lose what a reader does not take in time."""
    ratios = []
    for _ in range(ROUNDS):
        ratios.append(redis_rate(True) / redis_rate(False))
    middle = sorted(ratios)[ROUNDS // 2]
    return Row("watch.redis", "Redis: what is left of its rate while one client is notified of every key", middle, "of its rate",
               f"in {ROUNDS} rounds: {', '.join('%.2f' % one for one in ratios)}")


def measure(calls):
    rows = []
    with daemon(**MANY) as node, Sim(node.feed_port, calls, hold=True, connect_probability=1):
        wait_for_calls(node, calls)
        time.sleep(8)  # until accounts have forgotten which calls came to them lately, for lists look at each of these
        rows.append(snapshot(node, calls))
        rows += resume(node)
        rows.append(watched_rate(node))
        rows.append(overload(node))
        more, reader_cost = delay(node)
        rows += more
        rows.append(many(node, reader_cost))
        rows.append(idle(node))
        rows.append(polling(node, reader_cost))
    with contextlib.suppress(NotInstalled):
        rows.append(redis_notifications())
    return rows
