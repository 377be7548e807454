"""All calls live, and a switch that does not rest: what the feed takes, how soon it shows, and what readers feel of it."""

import contextlib
import multiprocessing
import re
import socket
import statistics
import time

from suite.rows import Row
from suite.world import (ACCOUNTS, QUIET_ACCOUNT, Sim, ahead_of_others, body_of, cpu_seconds, daemon, fetch, memory, percentile,
                         wait_for_calls)

ALL = body_of("listAllCalls", i_customer=1)
SECONDS = 10
POLLERS = 10
ROUNDS = 3            # of polling, with a rest before and after each: the rate without pollers differs by the minute
STATS_UNDER = 50_000  # events a second, while stats are asked
EVENTS_A_CALL = 6     # five up to Connected, and the end
CHURN = "5s"          # a conversation's mean length where calls come and go


def applied(node):
    return node.metrics()['rollcall_feed_events_total{outcome="applied"}']


def events_per_second(node, seconds=SECONDS):
    """Events that the calls have taken in, and the daemon's CPU for each."""
    pid = node.process.pid
    first, began, cpu = applied(node), time.monotonic(), cpu_seconds(pid)
    time.sleep(seconds)
    events = applied(node) - first
    return events / (time.monotonic() - began), (cpu_seconds(pid) - cpu) / events


def poll(port, until, lists):
    """Reads the whole list again and again."""
    while time.monotonic() < until:
        fetch(port, ALL)
        with lists.get_lock():
            lists.value += 1


def with_pollers(node, seconds=2 * SECONDS):
    """Events a second while ten clients poll the list, the lists they got, and by how much the daemon grew."""
    lists, before = multiprocessing.Value("l", 0), memory(node.process.pid)
    until = time.monotonic() + seconds + 2
    clients = [multiprocessing.Process(target=poll, args=(node.http_port, until, lists), daemon=True) for _ in range(POLLERS)]
    for client in clients:
        client.start()
    time.sleep(1)
    rate, _ = events_per_second(node, seconds)
    growth = memory(node.process.pid) - before
    for client in clients:
        client.join()
    return rate, lists.value, growth


def polled(node, calls):
    """The median of some rounds, by what is left of the rate just before and after."""
    def alone():
        return events_per_second(node, SECONDS / 2)[0]

    rounds, before = [], alone()
    for _ in range(ROUNDS):
        rate, lists, growth = with_pollers(node)
        after = alone()
        rounds.append({"rate": rate, "lists": lists, "growth": growth, "ratio": rate / statistics.mean([before, after])})
        before = after
    middle = sorted(rounds, key=lambda one: one["ratio"])[ROUNDS // 2]
    ratios = ", ".join(f"{one['ratio']:.2f}" for one in rounds)
    return Row("events.polled", f"… while {POLLERS} clients poll the whole list without pause", middle["rate"], "events/s",
               f"of the rate before and after, in {ROUNDS} rounds: {ratios}. {middle['lists']} lists of {calls:,} calls and more; "
               f"the daemon grows by {middle['growth'] / 1e6:.0f} MB", middle["ratio"], 0.7, "more", {"rounds": rounds})


def delays(node, seconds=SECONDS):
    """How old the calls of one account are when a list shows them for the first time, in ms.

    A call's DELAY in the list is its age by the switch's clock; what the answer took to come is added. Only the newest
    calls are asked for, as otherwise it is the client that takes its time to read them.
    """
    body = body_of("listAllCalls", i_customer=1, i_account=QUIET_ACCOUNT, order="oldest_last", limit=20)
    seen, ages = set(), []
    api, began = node.trusted(), time.monotonic()
    with ahead_of_others():
        while time.monotonic() < began + seconds:
            asked = time.monotonic()
            answer = api.post(body).text
            took = time.monotonic() - asked
            for row in answer.split("<value><struct>")[1:]:
                identity = re.search(r"<name>ID</name>\n<value><string>([^<]*)", row)[1]
                if identity not in seen:
                    seen.add(identity)
                    if asked > began + 1 and "<string>Idle<" in row:  # later states have a DELAY that stands still
                        ages.append((float(re.search(r"<name>DELAY</name>\n<value><double>([^<]*)", row)[1]) + took) * 1e3)
    return ages


def stats_times(node, asked):
    api, times = node.trusted(), []
    with ahead_of_others():
        for _ in range(asked):
            began = time.monotonic()
            api.getAccountCallStats()
            times.append((time.monotonic() - began) * 1e3)
    return times


def wire_times(node, asked):
    """The same without what Python makes of the answers: from the request's last byte to the answer's."""
    body = body_of("getAccountCallStats")
    request = b"POST /RPC2 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    times = []
    with socket.create_connection(("127.0.0.1", node.http_port)) as connection, ahead_of_others():
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(asked):
            began, answer = time.monotonic(), b""
            connection.sendall(request)
            while not answer.endswith(b"</methodResponse>\n"):
                received = connection.recv(1 << 16)
                assert received, f"the answer is cut: {answer!r}"
                answer += received
            times.append((time.monotonic() - began) * 1e3)
    return times


@contextlib.contextmanager
def quiet_daemon():
    """One with a thousand calls and nothing to do."""
    with daemon() as node, Sim(node.feed_port, 1000, hold=True):
        wait_for_calls(node, 1000)
        yield node


def churn(node, rate, live, **options):
    """A second switch, whose calls come and go."""
    return Sim(node.feed_port, live, name="sbc-2", rate=rate, mean_duration=CHURN, connect_probability=1, **options)


def measure(calls):
    rows = []
    with quiet_daemon() as quiet:
        idle = statistics.median(stats_times(quiet, 2000))
        idle_wire = statistics.median(wire_times(quiet, 4000))
    with daemon() as node, Sim(node.feed_port, calls, hold=True, connect_probability=1):
        wait_for_calls(node, calls)
        with churn(node, "max", calls // 10) as sim:
            wait_for_calls(node, calls + calls // 10)
            cpu = cpu_seconds(sim.pid)
            rate, cost = events_per_second(node)
            own = (cpu_seconds(sim.pid) - cpu) / (rate * SECONDS)
            rows.append(Row("events.sustained", f"feed events, calls come and go beside {calls:,} others", rate, "events/s",
                            f"{cost * 1e6:.1f} µs of CPU each; the generator's {own * 1e6:.1f} µs are apart", rate, 150_000, "more"))
            rows.append(polled(node, calls))
        with churn(node, rate / EVENTS_A_CALL / 2, int(rate / EVENTS_A_CALL / 2 * 12), accounts=f"1-{ACCOUNTS + 1}", account_from_start=True):
            time.sleep(8)  # until as many end as start
            half, _ = events_per_second(node)
            ages = delays(node)
            rows.append(Row("events.delay", f"from the line to the list at {half:,.0f} events/s, 99 %", percentile(ages, .99), "ms",
                            f"median {statistics.median(ages):.1f} ms, {len(ages)} calls", percentile(ages, .99), 20,
                            details={"ms": sorted(ages)}))
        with churn(node, STATS_UNDER / EVENTS_A_CALL, STATS_UNDER // EVENTS_A_CALL * 12), quiet_daemon() as quiet:
            time.sleep(8)
            times = stats_times(node, 4000)
            # What the machine itself costs then: one that has nothing to do, and shares it with all the others.
            floor = percentile(stats_times(quiet, 4000), .99)
            wire, wire_floor = wire_times(node, 8000), percentile(wire_times(quiet, 8000), .99)
            under, _ = events_per_second(node, 2)
            rows.append(Row("stats.loaded", f"getAccountCallStats at {under:,.0f} events/s, 99 %", percentile(times, .99), "ms",
                            f"{idle:.2f} ms is the median of an idle daemon with 1 000 calls; here {statistics.median(times):.2f} ms; "
                            f"99 % of such a daemon's own answers beside all this take {floor:.2f} ms, {floor / idle:.1f} times as long",
                            percentile(times, .99) / idle, 2, details={"ms": sorted(times), "floor": floor}))
            rows.append(Row("stats.wire", "… until the answer's last byte is there, 99 %", percentile(wire, .99), "ms",
                            f"median {statistics.median(wire):.2f} ms, of an idle daemon {idle_wire:.2f}; 99 % of its answers beside "
                            f"all this {wire_floor:.2f} ms. The rest is the client's, which reads XML in Python on the same processors",
                            details={"ms": sorted(wire), "floor": wire_floor}))
    return rows
