"""What an Asterisk tells of its calls, what rollcall makes of that, and what else answers for the very same calls.

Real SIP calls of two channels each stand in an Asterisk 22, and rollcall is connected to it as in an operator's machine room
(conf/asterisk). First they come and go: a second manager connection counts what is told, and rollcall has to have missed
nothing. Then so many come and stay; for memory more of them.

Three then ask for the channels that stand: the command line of Asterisk (`core show channels`), a plain client of AMI
(CoreShowChannels, read by Python into dictionaries), and rollcall itself, whose daemon is killed and makes the calls anew from
Asterisk's lists. Beside them, what a client of rollcall waits for the list of those calls. Each is the best of some. The command
line is run in Asterisk's root, and what it takes to enter that counts.
"""

import re
import resource
import shutil
import time

from suite import NotInstalled
from suite.ami import Manager, Meter
from suite.rows import Row, number
from suite.scene_start import connected_at, seconds_until_ready
from suite.world import Daemon, body_of, counts, cpu_seconds, daemon, fetch, memory, wait_until
import asterisk_lab  # of the tests with SIP, which suite.world finds
from roots import Unavailable

CHANNELS = 1000   # two of each call
RTP_PORTS_A_CALL = 4
MANY = 2          # times as many, for memory
A_SECOND = 50     # new calls, of those that stay
CHURN_A_SECOND, CHURN_SECONDS, CHURN_HOLD_MS = 40, 20, 500
ROUNDS = 5
CALLERS = [f"u{n}" for n in range(1, 51)]
PATIENCE = 120  # seconds

ALL = body_of("listAllCalls", i_customer=1)


def refused(node):
    """What rollcall has not taken of Asterisk's events, or dropped."""
    return sum(value for name, value in node.metrics().items()
               if re.match(r"rollcall_asterisk_(refused|dropped|questions_lost)_total", name))


def connected(node, calls):
    wait_until(lambda: counts(node.trusted()) == (calls, calls), PATIENCE, f"{calls} calls to be connected")


def come_and_go(lab, node):
    """Events and bytes of AMI, and what each costs whom."""
    asterisk, rollcall = lab.asterisk.popen.pid, node.process.pid
    calls = CHURN_A_SECOND * CHURN_SECONDS
    with Meter(lab.ami_port) as meter:
        before = cpu_seconds(asterisk), cpu_seconds(rollcall)
        began = time.monotonic()
        caller = lab.start_caller(calls, CALLERS, CHURN_A_SECOND, hold_ms=CHURN_HOLD_MS)
        code = caller.finish(PATIENCE)
        seconds = time.monotonic() - began
        assert code == 0, f"SIPp ended with {code}: not every call went as planned"
        wait_until(lambda: counts(node.trusted()) == (0, 0), PATIENCE, "the end of all calls")
        theirs, ours = (cpu_seconds(pid) - then for pid, then in zip((asterisk, rollcall), before))
        events, size = meter.events, meter.bytes
    assert refused(node) == 0, "rollcall has not taken every event"
    return [
        Row("asterisk.events", f"events of Asterisk's AMI while {number(calls / seconds)} calls a second come and go", events / seconds,
            "events/s", f"rollcall takes {ours / events * 1e6:.0f} µs of CPU for each, {ours / calls * 1e3:.2f} ms a call; Asterisk "
            f"{theirs / calls * 1e3:.1f} ms a call, and the ratio is what rollcall takes of that", ours / theirs, None,
            details={"calls": calls, "events": events, "bytes": size, "rollcall_s": ours, "asterisk_s": theirs}),
        Row("asterisk.bytes", "… of a call from its beginning to its end", size / calls / 1e3, "kB",
            f"{events / calls:.1f} events"),
    ]


def stand(lab, node, calls):
    """So many more calls come and stay; by how much rollcall and Asterisk grow for each."""
    asterisk, rollcall = lab.asterisk.popen.pid, node.process.pid
    before = memory(asterisk), memory(rollcall)
    already = counts(node.trusted())[1]
    lab.start_caller(calls, CALLERS, A_SECOND)
    connected(node, already + calls)
    return [(memory(pid) - then) / calls for pid, then in zip((asterisk, rollcall), before)]


def timed(ask):
    began = time.monotonic()
    answer = ask()
    return time.monotonic() - began, answer


def best(ask):
    return min((timed(ask) for _ in range(ROUNDS)), key=lambda timing: timing[0])


def of_lists(node, calls):
    """Seconds in which a daemon that was killed has the calls again, from its connection to the last of them."""
    node.kill()
    began = time.time()
    node.start(wait=False)
    ready = began + seconds_until_ready(node, began)
    assert counts(node.trusted()) == (calls, calls), f"/readyz said yes when the counts were {counts(node.trusted())}"
    return ready - connected_at(node.log_text())


def ask_all(lab, node, calls):
    shown_s, shown = best(lambda: lab.cli("core show channels"))
    assert f"{2 * calls} active channels" in shown, shown[-200:]
    with Manager(lab.ami_port) as manager:
        plain_s, plain = best(manager.channels)
    assert len(plain) == 2 * calls
    list_s, _ = best(lambda: fetch(node.http_port, ALL))
    snapshot_s = min(of_lists(node, calls) for _ in range(ROUNDS))
    return [
        Row("asterisk.snapshot", f"a snapshot of {2 * calls:,} channels of Asterisk, from the connection to /readyz", snapshot_s, "s",
            f"a plain client of AMI, in Python, has read CoreShowChannels in {plain_s:.3f} s; `core show channels` takes {shown_s:.3f} s",
            snapshot_s / plain_s, None, details={"plain_s": plain_s, "shown_s": shown_s}),
        Row("asterisk.list", f"listAllCalls of these {calls:,} calls", list_s, "s",
            f"the same {plain_s:.3f} s, and {shown_s:.3f} s", list_s / plain_s, None),
    ]


def measure(calls):
    if not shutil.which("sipp"):
        raise NotInstalled("sipp, which scripts/setup installs")
    calls = min(calls, CHANNELS // 2)
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        place = asterisk_lab.of_root("22")
        place.command()  # says whether it may be entered
        resource.setrlimit(resource.RLIMIT_NOFILE, (usual[1], usual[1]))  # Asterisk has some open files for each channel
        with asterisk_lab.AsteriskLab(place=place, usernames=CALLERS, rtp_ports=RTP_PORTS_A_CALL * (2 + MANY) * calls) as lab:
            lab.start()
            switch = {"name": lab.name, "ami": lab.ami, "secret": "lab-secret", "snapshot_interval": "24h",
                      "connections": {"carrier-a": 1}}
            with daemon(switches=0, kind=Daemon, asterisk=[switch]) as node:
                wait_until(lambda: node.get("/readyz").status == 200, what="/readyz")
                lab.start_callee(ring_ms=50)
                rows = come_and_go(lab, node)
                stand(lab, node, calls)
                rows += ask_all(lab, node, calls)
                theirs, ours = stand(lab, node, MANY * calls)
                rows.append(Row("asterisk.memory", f"memory of a call of Asterisk in rollcall, of {MANY * calls:,} beside {calls:,}", ours,
                                "bytes", f"Asterisk takes {number(theirs)} itself", ours / theirs))
                assert refused(node) == 0
            return rows
    except Unavailable as missing:
        raise NotInstalled(str(missing)) from None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)
