"""What load scripts are made of (scripts/load): promises with a table of their own, switches whose truth can be compared
with a list, clients that look at every byte of an answer, a probe that tells how old a list is."""

import argparse
import collections
import dataclasses
import json
import os
import re
import signal
import socket
import statistics
import threading
import time

from suite.rows import number, text_table
from suite.world import (ACCOUNTS, BIN, SECRET, Sim, body_of, counts, cpu_seconds, daemon,  # noqa: F401
                         memory, percentile, wait_until)

ALL = body_of("listAllCalls", i_customer=1)
ACTIVE = {"WaitRoute", "ARComplete", "Connected"}
#: The probe's account, of customer 2: who asks for it takes no place among the requests of the root customer.
PROBED = 1

SWITCHES = ["sbc-1", "sbc-2", "sbc-3", "sbc-4", "probe"]

#: What a live call may take, everything included: measured 2 450 bytes, and a fifth for chance.
CALL_BYTES = 3_000

#: What is remembered of a call that came from another account, as every call did that was told of before its account was
#: known, and for how long after it came or ended: three times move_memory in actors/defaults.hpp.
REMEMBERED_SECONDS, REMEMBERED_BYTES = 15, 2_000

#: A list under way: two pieces of 512 KB (1 MB with TLS), the connection, one part for each account; and for each of its rows a pointer with
#: its place, in a vector that has grown by doubling.
LIST_BYTES, ROW_BYTES = 2.6e6, 32

#: Seconds until memory may be taken for settled: what is remembered for some time must have begun to go.
WARM_UP = 15

#: What the daemon may grow by whatever the calls: threads, caches of the allocator, answers under way.
SLACK = 64e6


def arguments(description, **defaults):
    """The options of a script: one for each default, so that all have the same names and say what they are."""
    helps = {"calls": "live calls", "seconds": "seconds of load", "rate": "new calls a second", "clients": "clients at once",
             "hours": "hours of the switch's life", "pace": "times as fast as the clock",
             "minutes": "stop after so many minutes, whatever was reached"}
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value) if value is not None else float, default=value,
                            help=helps[name] + (f" ({value:,})".replace(",", " ") if value is not None else ""))
    parsed = parser.parse_args()
    for name, value in vars(parsed).items():
        if value is not None and value <= 0:
            parser.error(f"--{name} must be above 0")
    if not (BIN / "rollcalld").exists():
        parser.error(f"there is no {BIN / 'rollcalld'}: run scripts/build release rollcalld rollcall first")
    return parsed


class Promises:
    """What a script has found out. A figure with a bound is a promise; the others are told."""

    def __init__(self):
        self.rows = []

    def tell(self, what, figure, unit=""):
        self.rows.append((what, f"{figure if isinstance(figure, str) else number(figure)} {unit}".strip(), "", ""))

    def times(self, what, seconds):
        """Percentiles of times, in ms. Not promised: machines are noisy."""
        if seconds:
            ms = [percentile(seconds, share) * 1e3 for share in (.5, .99, 1)]
            self.tell(what, " / ".join(map(number, ms)), "ms (50 % / 99 % / most)")

    def keep(self, what, holds, figure, bound):
        shown = figure if isinstance(figure, str) else number(figure)
        self.rows.append((what, shown, bound, "kept" if holds else "BROKEN"))

    def equal(self, what, figure, wanted):
        self.keep(what, figure == wanted, figure, f"= {number(wanted)}")

    def most(self, what, figure, bound, unit=""):
        self.keep(what, figure <= bound, f"{number(figure)} {unit}".strip(), f"≤ {number(bound)} {unit}".strip())

    def finish(self):
        """Prints the table; returns the exit code."""
        print(text_table(self.rows, ["what", "figure", "promise", ""], list))
        broken = [what for what, _, _, verdict in self.rows if verdict == "BROKEN"]
        print(f"\n{len(broken)} promises broken: {'; '.join(broken)}" if broken else "\nEvery promise was kept.", flush=True)
        return 1 if broken else 0


# --- the daemon and its switches

def remembered(calls_a_second):
    """Bytes that calls which are over may still take."""
    return calls_a_second * REMEMBERED_SECONDS * REMEMBERED_BYTES


def lists_under_way(count, calls):
    """Bytes that so many lists may take while they wait for their readers."""
    return count * (LIST_BYTES + ROW_BYTES * calls)


def node(**config):
    """A daemon for sbc-1 … sbc-4 and the probe, not yet started."""
    return daemon(feed={"switch": [{"name": name, "secret": SECRET, "i_environment": 1} for name in SWITCHES]}, **config)


class Exchange(Sim):
    """A simulated switch that can stand still and tell what it knows."""

    def __init__(self, node, calls, name="sbc-1", **options):
        self.name = name
        self._state = node.folder / f"{name}.state"
        super().__init__(node.feed_port, calls, name=name, accounts=f"{PROBED + 1}-{ACCOUNTS}", state_file=self._state,
                         **options)
        self._still = False

    def stand_still(self, still=True):
        if self._still != still:
            self.process.send_signal(signal.SIGUSR2)
            self._still = still

    def truth(self):
        """{ID: (state, i_account)} of its live calls; 0 is an account that is not known yet."""
        def written():
            return self._state.stat().st_ino if self._state.exists() else None
        before = written()
        self.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: written() not in (None, before), 60, f"{self.name} to tell its state")
        calls = map(json.loads, self._state.read_text().splitlines())
        return {f"{self.name}:{call['id']}": (call["state"], call.get("i_account", 0)) for call in calls}


def duration(calls, rate):
    """The mean length of a conversation that makes `calls` live calls end `rate` times a second, for the simulated
    switch's habits: a tenth is not answered, and ringing takes two seconds."""
    return f"{max(100, int((calls / rate - 2.1) / .9 * 1000))}ms"


# --- what a client sees

ROW_END = b"</struct></value>\n"
ROW = re.compile(rb"<name>CC_STATE</name>\n<value><string>(\w+)</string></value>\n</member>\n<member>\n"
                 rb"<name>ID</name>\n<value><string>([^<]*)</string>.*?<name>I_ACCOUNT</name>\n<value><int>(\d+)</int>", re.S)


@dataclasses.dataclass
class Answer:
    """What came back, without the rows, which have been looked at as they came."""

    head: bytes      # status line and fields
    beginning: bytes
    rest: bytes      # what followed the last row
    seconds: float
    first: float     # seconds to the first byte

    @property
    def whole(self):
        return (b" 200 " in self.head[:16] and b"X-Rollcall-Complete: yes" in self.head
                and self.rest.endswith(b"</methodResponse>\n") and b"<fault>" not in self.beginning)

    @property
    def refusal(self):
        """The status or the fault, when it is one of those that a client should expect of a busy node; else None."""
        if found := re.search(rb"<int>(\d+)</int>.*?<string>([^<]+)</string>", self.beginning, re.S):
            code, text = found[1].decode(), found[2].decode()
        else:
            code, text = self.head[9:12].decode(), self.head.split(b"\r\n")[0].decode()
        faulty = b"<fault>" in self.beginning or b" 200 " not in self.head[:16]
        return f"{code} {text}" if faulty and code in ("429", "503") and text else None


def ask(port, body, receive_buffer=None):
    """A connection that has asked and not read."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(120)
    connection.connect(("127.0.0.1", port))
    connection.sendall(b"POST /RPC2 HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    return connection


def read_answer(port, body=ALL, see=lambda rows: None):
    """Asks, and hands over all rows as they come: bytes that end with a row."""
    began, first, beginning, head, rest = time.monotonic(), None, b"", None, b""
    with ask(port, body) as connection:
        while received := connection.recv(1 << 20):
            first = first or time.monotonic() - began
            rest += received
            if head is None and b"\r\n\r\n" in rest:
                head, rest = rest.split(b"\r\n\r\n", 1)
                beginning = rest[:1000]
            if (end := rest.rfind(ROW_END)) >= 0:
                see(rest[:end + len(ROW_END)])
                rest = rest[end + len(ROW_END):]
    return Answer(head or b"", beginning or rest[:1000], rest, time.monotonic() - began, first or 0)


def calls_listed(port):
    """{ID: (state, i_account)} of every call that is not over, as listAllCalls tells."""
    seen = {}

    def see(rows):
        for state, id, account in ROW.findall(rows):
            assert id not in seen, f"{id} is listed twice"
            seen[id] = state.decode(), int(account)
    answer = read_answer(port, see=see)
    assert answer.whole, f"a list is not complete: {answer.head!r} … {answer.rest!r}"
    return {id.decode(): call for id, call in seen.items() if call[0] != "Dead"}


def stats_of(calls):
    """{i_account: [total, connected]} as the stats should tell for those calls."""
    data = collections.defaultdict(lambda: [0, 0])
    for state, account in calls.values():
        if state in ACTIVE:
            data[str(account)][0] += 1
            data[str(account)][1] += state == "Connected"
    return dict(data)


def all_counts(api):
    return api.getAccountCallStatsCustomer(i_customer=1, recursive=True)["data"]


@dataclasses.dataclass
class Comparison:
    differences: int  # calls that the list lacks, has too many, or shows otherwise
    miscounts: int    # accounts whose counts are not those of the list
    calls: int
    seconds: float    # from the moment at which the switches stood still to the counts that show it
    examples: list


def compare(node, exchanges, patience=60):
    """Makes the switches stand still, waits until what they had said is taken in, and compares list, counts and truth.
    They still stand still afterwards."""
    began = time.monotonic()
    for exchange in exchanges:
        exchange.stand_still()
    time.sleep(.05)
    truth = {}
    for exchange in exchanges:
        truth.update(exchange.truth())
    wanted, api = stats_of(truth), node.trusted()
    deadline = time.monotonic() + patience
    while (told := all_counts(api)) != wanted and time.monotonic() < deadline:
        time.sleep(.01)
    settled = time.monotonic() - began
    while True:
        listed = calls_listed(node.http_port)
        different = [id for id in listed.keys() | truth.keys() if listed.get(id) != truth.get(id)]
        # Calls that are not active yet are in no count, and may have needed a moment more.
        if not different or time.monotonic() > deadline:
            break
        time.sleep(.2)
    told, counted = all_counts(api), stats_of(listed)
    return Comparison(len(different), sum(told.get(key) != counted.get(key) for key in told.keys() | counted.keys()),
                      len(truth), settled, [(id, listed.get(id), truth.get(id)) for id in different[:5]])


def promise_truth(promises, found, when="at the end"):
    promises.tell(f"calls of the switches {when}", found.calls)
    promises.equal(f"… that the list does not show as they are {when}", found.differences, 0)
    promises.equal(f"… accounts whose counts are not the list's {when}", found.miscounts, 0)
    promises.tell("… what was still under way was taken in after", found.seconds, "s")
    if found.examples:
        print("listed, true:", *found.examples, sep="\n  ")


def promise_health(promises, node):
    """What must be 0 whatever the load."""
    metrics = node.metrics()
    for name, what in (("rollcall_tally_drift_total", "counts that drifted"),
                       ("rollcall_actor_failures_total", "actors that failed"),
                       ('rollcall_feed_events_total{outcome="bad"}', "lines not understood")):
        promises.equal(what, metrics[name], 0)


# --- what is measured meanwhile

def events_taken(node):
    return sum(value for name, value in node.metrics().items() if name.startswith("rollcall_feed_events_total"))


class Watch:
    """Samples the daemon's memory in a thread of its own, until the end of the block."""

    def __init__(self, node, interval=.25):
        self.pid, self.interval, self.samples = node.process.pid, interval, []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._over.wait(self.interval):
            self.samples.append(memory(self.pid))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    @property
    def most(self):
        return max(self.samples)

    @property
    def long_enough(self):
        """Of a run that is not much longer than the warm-up nothing can be said."""
        return len(self.samples) * self.interval >= 3 * WARM_UP

    def promise_flat(self, promises, share):
        """After warm-up memory must not grow: the last quarter against the second. A few MB are chance. The load must be
        an even one: what is remembered of calls that moved or ended grows with their rate."""
        if not self.long_enough:
            return promises.tell("memory is flat", f"not seen in less than {3 * WARM_UP} s")
        quarter = len(self.samples) // 4
        quarters = [statistics.median(self.samples[n * quarter:(n + 1) * quarter]) for n in range(4)]
        promises.tell("memory in each quarter", " → ".join(number(each / 1e6) for each in quarters), "MB")
        _, then, _, now = quarters
        promises.most("… grew from the second to the last by", (now - then) / 1e6, max(share * then, 8e6) / 1e6, "MB")


class Probe:
    """A switch of its own with one call at a time, and a client of another customer than those that make the load: how
    long a line takes until a list shows it."""

    ASK = body_of("listAllCalls", i_customer=2, i_account=PROBED)

    def __init__(self, node):
        self._node, self.delays = node, []
        self._switch = node.switch("probe").connect()

    def measure(self):
        began = time.monotonic()
        call = self._switch.start(i_account=PROBED)
        wait_until(lambda: self._shown(call), 60, "the probe's call to be listed")
        self.delays.append(time.monotonic() - began)
        self._switch.end(call)

    def _shown(self, call):
        shown = []
        read_answer(self._node.http_port, self.ASK, lambda rows: shown.append(f"probe:{call}<".encode() in rows))
        return any(shown)

    def close(self):
        """Its calls are over, as far as the list is concerned."""
        self._switch.snapshot()
        wait_until(lambda: read_answer(self._node.http_port, self.ASK).whole and not self._any(), 60)
        self._switch.close()

    def _any(self):
        rows = []
        read_answer(self._node.http_port, self.ASK, rows.append)
        return any(state != b"Dead" for part in rows for state, _, _ in ROW.findall(part))


def timed(times, ask):
    """Appends how long `ask` took; returns what it returned."""
    began = time.monotonic()
    value = ask()
    times.append(time.monotonic() - began)
    return value


def lists_of_one_account(node):
    return read_answer(node.http_port, body_of("listAllCalls", i_customer=1, i_account=7))


def processors():
    return os.cpu_count() or 1
