"""One daemon with all calls live: what a call takes, what a list, a count and a mass hang-up cost."""

import json
import statistics
import subprocess
import time

from suite.rows import Row, number
from suite.world import (BIN, QUIET_ACCOUNT, Sim, body_of, counts, cpu_seconds, daemon, fetch, forget_peak, memory,
                         peak_memory, peer, percentile, wait_for_calls, wait_until)

ALL = body_of("listAllCalls", i_customer=1)
QUIET = body_of("listAllCalls", i_customer=1, i_account=QUIET_ACCOUNT)
FEW = 10


def median_seconds(ask, times):
    return statistics.median(one_time(ask) for _ in range(times))


def one_time(ask):
    began = time.monotonic()
    ask()
    return time.monotonic() - began


#: Seconds for which accounts tell lists of calls that came to them: after a storm of new calls that is all of them.
MOVES_ARE_REMEMBERED = 11


def short_list(calls):
    """Seconds of a list of ten calls among `calls`."""
    with daemon() as node:
        with Sim(node.feed_port, calls, hold=True, connect_probability=1), \
             Sim(node.feed_port, FEW, name="sbc-2", accounts=QUIET_ACCOUNT, hold=True, connect_probability=1):
            wait_for_calls(node, calls + FEW)
            return median_seconds(lambda: fetch(node.http_port, QUIET), 300)


def measure(calls):
    rows, few_among_few = [], short_list(1000)
    with daemon() as node:
        pid, api = node.process.pid, node.trusted()
        empty = memory(pid)
        with Sim(node.feed_port, calls, hold=True, connect_probability=1) as sim, \
             Sim(node.feed_port, FEW, name="sbc-2", accounts=QUIET_ACCOUNT, hold=True, connect_probability=1):
            began, cpu = time.monotonic(), cpu_seconds(pid)
            wait_until(lambda: counts(api)[1] == calls + FEW, 600, "every call to be connected")
            seconds = time.monotonic() - began
            events = 5 * (calls + FEW)
            rows.append(Row("events.new", "new calls, five events each, until the stats show them", events / seconds, "events/s",
                            f"{(cpu_seconds(pid) - cpu) / events * 1e6:.1f} µs of CPU each; the generator's "
                            f"{cpu_seconds(sim.pid) / events * 1e6:.1f} µs are apart", events / seconds, 150_000, "more"))
            resident = memory(pid) - empty
            time.sleep(MOVES_ARE_REMEMBERED)
            rows += lists(node, calls, few_among_few)
            rows += stats(node)
    rows.append(memory_of_call(resident / calls, calls))
    return rows


def memory_of_call(figure, calls):
    """Beside the floor: bare actors of the same number, each with its record (peers/caf_floor.cpp)."""
    malloc, mimalloc = (json.loads(subprocess.check_output([BIN / name, str(calls)]))["bytes"]
                        for name in ("peer_caf_floor", "peer_caf_floor_mimalloc"))
    return Row("memory.call", "memory of a live call, everything included", figure, "bytes",
               f"CAF itself takes {number(malloc)} for an actor with that record, {number(mimalloc)} with the daemon's malloc",
               figure / malloc, 1.3, details={"floor": malloc, "floor_mimalloc": mimalloc})


def lists(node, calls, few_among_few):
    pid = node.process.pid
    before = memory(pid)
    forget_peak(pid)
    first, seconds, size = sorted((fetch(node.http_port, ALL) for _ in range(7)), key=lambda timing: timing[1])[3]
    growth = peak_memory(pid) - before
    with peer("peer_beast", "--body-bytes", size) as beast:
        plain = statistics.median(fetch(beast.port, b"", path="/body")[1] for _ in range(7))
    few = median_seconds(lambda: fetch(node.http_port, QUIET), 300)
    return [
        Row("list.all", f"listAllCalls of {calls:,} calls, {size / 1e6:,.0f} MB of XML", seconds, "s",
            f"Beast sends as many bytes from memory in {plain:.3f} s", seconds / plain, 1.6),
        Row("list.all.first_byte", "… to its first byte", first, "s"),
        Row("list.all.growth", "… and the daemon grows by", growth / 1e6, "MB", "", growth / 2**20, 32),
        Row("list.gzip", "… packed", min(fetch(node.http_port, ALL, "Accept-Encoding: gzip\r\n")[1] for _ in range(2)), "s"),
        Row("list.few", f"listAllCalls of {FEW} calls of one account among them", few * 1e3, "ms",
            f"{few_among_few * 1e3:.2f} ms among 1 000; the ratio is the difference in ms", (few - few_among_few) * 1e3, 2)]


def stats(node):
    api = node.trusted()
    rows = []
    for name, what, ask in (("stats.root", "getAccountCallStats", api.getAccountCallStats),
                            ("stats.all", "… of all accounts", lambda: api.getAccountCallStatsCustomer(i_customer=1, recursive=True))):
        times = [one_time(ask) * 1e3 for _ in range(300)]
        rows.append(Row(name, what, statistics.median(times), "ms", f"99 %: {percentile(times, .99):.2f} ms"))
    return rows
