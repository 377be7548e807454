"""Small authenticated requests over kept connections, beside a plain Beast server that answers as many bytes."""

import json
import subprocess

from suite.rows import Row
from suite.world import BIN, Sim, body_of, cpu_seconds, daemon, peer, wait_for_calls

CONNECTIONS, SECONDS, MOST = 16, 5, 100_000
STATS = body_of("getAccountCallStats")


def load(pid, port, target, *options, seconds=SECONDS):
    """What load_http tells, with the processor time that the server's process took for it all."""
    before = cpu_seconds(pid)
    report = json.loads(subprocess.check_output(
        [BIN / "load_http", "--port", str(port), "--target", target, "--connections", str(CONNECTIONS),
         "--seconds", str(seconds), *options], input=STATS))
    return {**report, "rate": report["requests"] / report["seconds"],
            "server_cpu": cpu_seconds(pid) - before}


def measure(calls):
    calls = min(calls, MOST)
    with daemon() as node, Sim(node.feed_port, calls, hold=True, connect_probability=1):
        wait_for_calls(node, calls)
        load(node.process.pid, node.http_port, "/RPC2", seconds=1)  # the storm of new calls has then settled
        ours = load(node.process.pid, node.http_port, "/RPC2")
        varied = load(node.process.pid, node.http_port, "/RPC2", "--vary")
    with peer("peer_beast", "--page-bytes", ours["body_bytes"]) as beast:
        theirs = load(beast.pid, beast.port, "/page")
    details = {"rollcall": ours, "beast": theirs}
    return [
        Row("requests.rate", f"getAccountCallStats with Digest over {CONNECTIONS} kept connections", ours["rate"],
            "requests/s", f"Beast alone {theirs['rate']:,.0f}; of CPU: the server {cost(ours):.1f} µs, "
            f"Beast {cost(theirs):.1f} µs, the client {ours['cpu'] / ours['requests'] * 1e6:.1f} µs", ours["rate"] / theirs["rate"], 0.5, "more", details),
        Row("requests.varied", "… when no two of them are the same document", varied["rate"], "requests/s",
            f"{varied['rate'] / theirs['rate']:.2f} of Beast; of CPU: the server {cost(varied):.1f} µs; what was parsed lately is remembered"),
        Row("requests.median", "… until the answer", ours["p50"] / 1e3, "ms", f"Beast alone {theirs['p50'] / 1e3:.2f} ms"),
        Row("requests.p99", "… of a hundred, the slowest", ours["p99"] / 1e3, "ms",
            f"Beast alone {theirs['p99'] / 1e3:.2f} ms")]


def cost(side):
    """Microseconds of the server's processor time for a request; the warm-up is in both."""
    return side["server_cpu"] / side["all_requests"] * 1e6
