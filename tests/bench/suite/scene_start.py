"""A daemon that is killed with all its calls live, and started again: how long until its lists can be trusted.

The switch stays, comes back as soon as it can, and tells all its calls in one snapshot. Until that is whole /readyz must
say no, and from then on the counts must be right.
"""

import http.client
import re
import time
from datetime import datetime

from suite.rows import Row
from suite.world import Daemon, Sim, counts, daemon, wait_until

#: What the aim is for.
MILLION = 1_000_000

PATIENCE = 120  # seconds
PAUSE = 0.02  # between two looks at /readyz, which cost the daemon something


def seconds_until_ready(node, began):
    """From `began` to the first good /readyz."""
    while time.time() - began < PATIENCE:
        try:
            if node.get("/readyz").status == 200:
                return time.time() - began
        except (OSError, http.client.HTTPException):
            assert node.process.poll() is None, f"the daemon ended:\n{node.log_text()[-4000:]}"
        time.sleep(PAUSE)
    raise AssertionError(f"not ready within {PATIENCE} s:\n{node.log_text()[-4000:]}")


def connected_at(log):
    """When the switch connected last, by the daemon's log."""
    stamp = re.findall(r"^(\S+)Z \w+ .*connected, epoch", log, re.MULTILINE)[-1]
    return datetime.fromisoformat(stamp + "+00:00").timestamp()


def measure(calls):
    with daemon(switches=1, kind=Daemon) as node, Sim(node.feed_port, calls, hold=True, connect_probability=1):
        wait_until(lambda: counts(node.trusted()) == (calls, calls), 600, "every call to be connected")
        node.kill()
        began = time.time()
        node.start(wait=False)
        seconds = seconds_until_ready(node, began)
        seen = counts(node.trusted())
        assert seen == (calls, calls), f"/readyz said yes when the counts were {seen}"
        snapshot = began + seconds - connected_at(node.log_text())
    return [
        Row("start.snapshot", f"a daemon's start, and a snapshot of {calls:,} calls, to /readyz", seconds, "s",
            f"{seconds - snapshot:.2f} s to the switch's connection, then {calls / snapshot:,.0f} calls/s", seconds,
            10 if calls >= MILLION else None, details={"snapshot_s": snapshot})]
