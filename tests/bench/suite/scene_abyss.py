"""A list of 10 000 calls, beside the same by xmlrpc-c's own server."""

from suite.rows import Row
from suite.world import Sim, body_of, daemon, fetch, forget_peak, memory, peak_memory, peer, wait_for_calls

LIST = body_of("listAllCalls", i_customer=1)
MOST, ROUNDS = 10_000, 7

#: Growth below one page cannot be seen from outside, and a ratio to nothing would say nothing.
PAGE = 4096


def serve(pid, port):
    """The best of several lists: seconds and size; and what the process used, before and at most while serving them."""
    before = memory(pid)
    forget_peak(pid)
    timings = [fetch(port, LIST)[1:] for _ in range(ROUNDS)]
    return {"seconds": min(seconds for seconds, _ in timings), "bytes": timings[0][1], "before": before,
            "growth": max(peak_memory(pid) - before, PAGE)}


def measure(calls):
    calls = min(calls, MOST)
    with daemon() as node, Sim(node.feed_port, calls, hold=True, connect_probability=1):
        wait_for_calls(node, calls)
        ours = serve(node.process.pid, node.http_port)
    with peer("peer_abyss", calls) as abyss:
        theirs = serve(abyss.pid, abyss.port)
    details = {"rollcall": ours, "abyss": theirs}
    return [
        Row("abyss.list", f"listAllCalls of {calls:,} calls", ours["seconds"] * 1e3, "ms",
            f"xmlrpc-c's server takes {theirs['seconds'] * 1e3:.0f} ms", theirs["seconds"] / ours["seconds"], 10, "more",
            details),
        Row("abyss.growth", "… and the daemon grows by", ours["growth"] / 1e6, "MB",
            f"xmlrpc-c's server by {theirs['growth'] / 1e6:.1f} MB, from {theirs['before'] / 1e6:.0f} MB; "
            f"rollcall from {ours['before'] / 1e6:.0f} MB; {PAGE / 1e3:.0f} kB stand for no growth",
            ours["growth"] / theirs["growth"], 0.1, details=details)]
