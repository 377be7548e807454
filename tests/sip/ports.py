"""Free ports, for laboratories that run beside each other. Standard library only."""

import contextlib
import itertools
import os
import random
import socket

#: Below those that Linux gives to outgoing connections, which would keep Kamailio from coming back to its port.
#: Processes that share the tests have each their own, and none is found twice in a row. The even ones are those of
#: tests/e2e/harness.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
PORTS = range(20001 + _WORKER * 1596, 20000 + (_WORKER + 1) * 1596, 2)
_ports = itertools.islice(itertools.cycle(PORTS), random.SystemRandom().randrange(len(PORTS)), None)


def free_port(kind=socket.SOCK_STREAM):
    """A port that nobody uses now. It is free when this returns, which is the most anyone can promise."""
    while True:
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", next(_ports)))
            return probe.getsockname()[1]
