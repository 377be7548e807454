"""What benchmarks are made of: a daemon, switches that load it, clients that time it, and what processes use.

The daemon and its clients are those of the black-box tests (tests/e2e/harness). The load comes from `rollcall sim`,
whose own ceiling scene_generator.py measures.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tests" / "sip")]
from harness import BIN, SECRET, Api, Daemon, Switch, free_port, run, wait_until  # noqa: E402, F401

CUSTOMERS, ACCOUNTS = 100, 1000

#: An account of the root customer that the load leaves alone: for a few calls among many.
QUIET_ACCOUNT = ACCOUNTS + 1

#: A customer of its own, for mass hang-ups, and its accounts.
HEAVY_CUSTOMER, HEAVY_ACCOUNTS = CUSTOMERS + 1, range(ACCOUNTS + 1001, ACCOUNTS + 1201)


def directory():
    """100 customers in a tree below the first, 1 000 accounts spread over them; and the quiet and the heavy ones."""
    customers = [{"i_customer": 1, "i_wholesaler": None, "i_environment": 1, "name": "root", "web_login": "root",
                  "api_password": "secret", "api_access": True}]
    customers += [{"i_customer": n, "i_wholesaler": max(1, n // 4), "name": f"customer {n}"}
                  for n in range(2, CUSTOMERS + 1)]
    customers.append({"i_customer": HEAVY_CUSTOMER, "i_wholesaler": 1, "name": "heavy"})
    accounts = [{"i_account": n, "i_customer": 1 + n % CUSTOMERS, "username": f"u{n}"} for n in range(1, ACCOUNTS + 1)]
    accounts.append({"i_account": QUIET_ACCOUNT, "i_customer": 1, "username": "quiet"})
    accounts += [{"i_account": n, "i_customer": HEAVY_CUSTOMER, "username": f"h{n}"} for n in HEAVY_ACCOUNTS]
    return {"environments": [{"i_environment": 1, "name": "default"}], "customers": customers, "accounts": accounts,
            "vendors": [{"i_vendor": 1, "name": "carrier"}],
            "connections": [{"i_connection": n, "i_vendor": 1, "name": f"gateway {n}"} for n in (1, 2, 3)]}


class Introduced(Daemon):
    """A daemon whose switches have each told once, when it has started, that they have no calls: of one that never came
    nothing is known, and answers would say that it is missing."""

    def start(self, *args, **kwargs):
        started = super().start(*args, **kwargs)
        self.introduce_switches()
        return started


def daemon(switches=4, kind=Introduced, **config):
    """A daemon of that directory for the switches sbc-1 … sbc-4, not yet started."""
    return kind(directory=directory(), switches={f"sbc-{n}": 1 for n in range(1, switches + 1)},
                  config={"calls": {"disconnect_retry": "60s"}, **config})


# --- processes

@contextlib.contextmanager
def ahead_of_others():
    """This process goes first where processors are shared, as far as it may: a client that measures how long the
    daemon takes should not measure how long it waits for a processor itself."""
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, usual - 10)
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, usual)


def memory(pid):
    """Resident bytes of a process."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def peak_memory(pid):
    """The most that memory() has been since the process began, or since forget_peak()."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def forget_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def cpu_seconds(pid):
    """User and system time that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def core_distance():
    """Nanoseconds for a cache line from one processor to the other (peers/core_distance.cpp). Where processors are
    virtual it differs from minute to minute; None for a revision without that program."""
    with contextlib.suppress(FileNotFoundError):
        return json.loads(subprocess.check_output([BIN / "peer_core_distance"]))["nanoseconds"]


@contextlib.contextmanager
def program(*command, **kwargs):
    """A process that is ended at the end of the block."""
    process = subprocess.Popen([str(word) for word in command], **kwargs)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(10)


@contextlib.contextmanager
def peer(name, *arguments):
    """One of the programs of tests/bench/peers; it prints "ready PORT" (or just "ready") when it is. Yields the process,
    with the port as `port`."""
    with program(BIN / name, *arguments, stdout=subprocess.PIPE, text=True) as process:
        word, *port = process.stdout.readline().split()
        assert word == "ready", f"{name} did not get ready"
        process.port = int(port[0]) if port else None
        yield process


class Sim:
    """`rollcall sim` against a daemon's feed. More options as keywords: rate="max", mean_duration="30s", hold=True."""

    def __init__(self, feed_port, calls, name="sbc-1", accounts=f"1-{ACCOUNTS}", rate="max", **options):
        words = []
        for key, value in {"calls": calls, "accounts": accounts, "rate": rate, **options}.items():
            words += [f"--{key.replace('_', '-')}", *([] if value is True else [str(value)])]
        self.process = subprocess.Popen(
            [BIN / "rollcall", "sim", "--connect", f"127.0.0.1:{feed_port}", "--name", name, "--secret", SECRET,
             *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        """Ends it and returns its report."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return json.loads(self.process.communicate(timeout=60)[0])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


# --- clients

def body_of(method, **fields):
    return xmlrpc.client.dumps((fields,), method).encode()


def fetch(port, body, headers="", path="/RPC2"):
    """Seconds to the first and to the last byte of an answer, and its size. The answer is thrown away as it comes."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        buffer = bytearray(1 << 20)
        began = time.monotonic()
        connection.sendall(f"POST {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
                           .encode() + body)
        size, first = 0, None
        while received := connection.recv_into(buffer):
            first = first or time.monotonic() - began
            size += received
        return first, time.monotonic() - began, size


def counts(api, customer=1):
    """All calls of a customer and its resellers, and the connected ones, as the stats tell."""
    data = api.getAccountCallStatsCustomer(i_customer=customer, recursive=True)["data"].values()
    return sum(count[0] for count in data), sum(count[1] for count in data)


def wait_for_calls(daemon, calls, seconds=600):
    """Until that many calls are live."""
    api = daemon.trusted()
    wait_until(lambda: counts(api)[0] >= calls, seconds, f"{calls} calls")


def percentile(values, share):
    """The value that `share` (0.99) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
