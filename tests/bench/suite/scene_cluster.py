"""What it costs that calls live on other nodes: a list and stats over three nodes beside those of one, and what an idle
cluster says. Nodes, clients and switches share the machine. Cables with a known delay need root."""

import contextlib
import os
import statistics
import subprocess
import time

from suite import NotInstalled
from suite.rows import Row
from suite.world import Sim, body_of, counts, directory, fetch, forget_peak, memory, peak_memory, percentile, wait_until
from cluster import Cluster  # of the black-box tests, which suite.world finds

MOST_CALLS = 100_000
SWITCHES = {"sbc-1": 1, "sbc-2": 1}
ROUNDS, ASKED = 7, 500
IDLE_SECONDS = 10
LINE_SECONDS = 0.01  # each way, of the slow cable
ALL = body_of("listAllCalls", i_customer=1)


def cluster_of(*names, **kwargs):
    return Cluster(*names, switches=SWITCHES, directory=directory(), **kwargs)


@contextlib.contextmanager
def load(asked, homes, calls):
    """Half of the calls at each of the two nodes in `homes`, all of them seen by the one that will be asked."""
    def half(home, name, part):
        return Sim(home.feed_port, part, name=name, hold=True, connect_probability=1)

    with half(homes[0], "sbc-1", calls // 2), half(homes[1], "sbc-2", calls - calls // 2):
        wait_until(lambda: counts(asked.trusted()) == (calls, calls), 300, f"{calls} calls at {asked.name}")
        yield


def list_seconds(node):
    """To the last byte of a whole list, the fastest of several."""
    return min(fetch(node.http_port, ALL)[1] for _ in range(ROUNDS))


def stats_times(node):
    api, times = node.trusted(), []
    for _ in range(ASKED):
        began = time.monotonic()
        api.getAccountCallStats()
        times.append(time.monotonic() - began)
    return times


def round_trip(node):
    """Seconds of a ping to another node, the median of some."""
    seen = []
    for _ in range(7):
        seen += [value for name, value in node.metrics().items() if name.startswith("rollcall_node_round_trip")]
        time.sleep(0.5)  # a ping comes twice a second
    return statistics.median(seen)


def packets(host):
    """Packets and bytes that a node has sent to the others."""
    devices = subprocess.run([*host.prefix(), "cat", "/proc/net/dev"], text=True, capture_output=True, check=True).stdout
    fields = next(line for line in devices.splitlines() if line.strip().startswith("eth0:")).split(":")[1].split()
    return int(fields[9]), int(fields[8])


def local(calls):
    """Of a node that has all calls itself, a cluster of one: seconds of a list, and the median of stats."""
    with cluster_of(["node-a"]) as cluster, load(cluster.a, [cluster.a, cluster.a], calls):
        return list_seconds(cluster.a), statistics.median(stats_times(cluster.a))


def remote(calls, tls, local_list, local_stats):
    """The node that is asked has no call; each of two others has half."""
    with cluster_of(tls=tls) as cluster, load(cluster.a, [cluster.b, cluster.c], calls):
        pid = cluster.a.process.pid
        before = memory(pid)
        forget_peak(pid)
        seconds = list_seconds(cluster.a)
        growth = peak_memory(pid) - before
        times = stats_times(cluster.a)
        ping = round_trip(cluster.a)
    name, what = ("cluster.tls", " with TLS") if tls else ("cluster", "")
    added = statistics.median(times) - local_stats
    return [
        Row(f"{name}.list", f"listAllCalls of {calls:,} calls that live on two other nodes{what}", seconds, "s",
            f"{local_list:.3f} s from the node that has them all", seconds / local_list, 2.5),
        Row(f"{name}.list.growth", "… and the node that is asked grows by", growth / 1e6, "MB"),
        Row(f"{name}.stats", f"what getAccountCallStats over three nodes adds{what}", added * 1e3, "ms",
            f"{local_stats * 1e3:.2f} ms at one node; a ping takes {ping * 1e3:.2f} ms",
            details={"p99_ms": percentile(times, .99) * 1e3})]


def cables():
    """On networks of their own: what idle nodes say, and stats over a cable with a known delay."""
    with cluster_of(network=True) as cluster:
        time.sleep(2)  # after the start
        before = packets(cluster.a.host)
        time.sleep(IDLE_SECONDS)
        sent, size = ((now - then) / IDLE_SECONDS for now, then in zip(packets(cluster.a.host), before))
        near = statistics.median(stats_times(cluster.a))
        cluster.slow(cluster.a, LINE_SECONDS)
        cluster.complete_everywhere()
        far = statistics.median(stats_times(cluster.a)) - near
        ping = round_trip(cluster.a)
        cluster.fast(cluster.a)
    return [
        Row("cluster.slow.stats", f"… over cables of {2 * LINE_SECONDS * 1e3:.0f} ms there and back", far * 1e3, "ms",
            f"a ping takes {ping * 1e3:.1f} ms: the ratio is in round trips", far / ping, 1.2),
        Row("cluster.idle.packets", "an idle node to its two others", sent, "packets/s"),
        Row("cluster.idle.bytes", "…", size, "bytes/s")]


def measure(calls):
    if os.geteuid() != 0:
        raise NotInstalled("networks with slow cables need root")
    calls = min(calls, MOST_CALLS)
    alone = local(calls)
    return remote(calls, False, *alone) + remote(calls, True, *alone) + cables()
