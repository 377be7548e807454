"""A laboratory of real SIP: Kamailio with this project's configuration between SIPp callers and callees.

Everything listens on free ports of the loopback address and writes below one temporary directory. From a test:

    with Lab() as lab:
        lab.start_kamailio()
        callee = lab.start_callee(ring_ms=100)
        caller = lab.start_caller(calls=10, accounts=["801", "802"])
        ...
        assert caller.count("BYE", "Recv") == callee.count("BYE", "Recv") == 10

`python3 tests/sip/lab.py --demo` shows it, and what Kamailio tells. Standard library only.
"""

import argparse
import contextlib
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sys
import tempfile
import urllib.request

from event_socket import Events
from kamailios import PATH, chosen
from processes import START_SECONDS, Process, Sipp, wait_until

HERE = pathlib.Path(__file__).resolve().parent
CONF = HERE.parent.parent / "conf" / "kamailio"

NEVER_MS = 86_400_000

#: Kamailio's patience with an end that gets no processor for a while.
REPLY_MS = 30_000

#: What waits for a SIPp that gets no processor for a while, instead of being lost.
SOCKET_BYTES = 1 << 22

CALL_ID = "%u-%p@127.0.0.1"


def available():
    """True when this machine has the programs that the laboratory needs."""
    return bool(shutil.which("kamailio", path=PATH) and shutil.which("sipp"))


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


class Lab:
    """Owns the processes and the directory; stop() (or leaving `with`) ends and removes them. `program`: one of KAMAILIOS."""

    #: The versions that were started, as "6.1.5".
    versions = set()

    def __init__(self, name="kam-1", keep=False, program=None):
        self.name = name
        self.keep = keep
        self.program = program or chosen()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="rollcall-lab-"))
        self.dumps = self.directory / "dumps"
        self.dumps.mkdir()
        self.sip_port = free_port(socket.SOCK_DGRAM)
        self.callee_port = free_port(socket.SOCK_DGRAM)
        self.rpc_port = free_port()
        self.evapi_port = free_port()
        self.kamailio = None
        self._sipps = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def evapi(self):
        return f"127.0.0.1:{self.evapi_port}"

    @property
    def rpc_url(self):
        return f"http://127.0.0.1:{self.rpc_port}/RPC"

    # --- Kamailio

    def start_kamailio(self, shared_mb=128, private_mb=32, config=CONF / "kamailio.cfg", **settings):
        """Starts it and waits until it serves. After kill_kamailio() this is a restart on the same ports. `settings`
        are #!defines of `config` and rollcall.cfg, as SIP_WORKERS=4 or NEXT_HOP='"sip:192.0.2.1"'."""
        runtime = self.directory / "run"
        runtime.mkdir(exist_ok=True)
        defines = {
            "SIP_LISTEN": f"udp:127.0.0.1:{self.sip_port}",
            "RPC_LISTEN": f"tcp:127.0.0.1:{self.rpc_port}",
            "NEXT_HOP": f'"sip:127.0.0.1:{self.callee_port}"',
            "REPLY_MS": REPLY_MS,
            "ROLLCALL_NAME": f'"{self.name}"',
            "ROLLCALL_EVAPI": f'"{self.evapi}"',
            **settings,
        }
        arguments = ["-DD", "-E", "-f", config, "-Y", runtime, "-m", shared_mb, "-M", private_mb]
        for name, value in defines.items():
            arguments += ["-A", f"{name}={value}"]
        command = self.program.command(*map(str, arguments), folder=self.directory)
        self.kamailio = Process(command, self.directory / "kamailio.log", self.directory,
                                env={**os.environ, "PATH": PATH})
        self.versions.add(self.program.version())

        def serves():
            if not self.kamailio.alive():
                raise RuntimeError("kamailio did not start:\n" + self.kamailio_log()[-4000:])
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.evapi_port), timeout=1).close()
                return self.rpc("core.uptime")
            return None

        wait_until(serves, START_SECONDS, "kamailio")
        return self.kamailio

    def kill_kamailio(self):
        """kill -9: no goodbye to anybody."""
        self.kamailio.kill()

    def kamailio_log(self):
        return (self.directory / "kamailio.log").read_text(errors="replace")

    def rpc(self, method, *params):
        """Asks Kamailio over JSON-RPC; RuntimeError when it answers with an error."""
        request = {"jsonrpc": "2.0", "method": method, "id": 1}
        if params:
            request["params"] = list(params)
        with urllib.request.urlopen(self.rpc_url, json.dumps(request).encode(), timeout=60) as answer:
            # Dialled numbers may be broken UTF-8, and Kamailio passes them on as they are.
            parsed = json.loads(answer.read().decode(errors="replace"))
        if "error" in parsed:
            raise RuntimeError(f"{method}: {parsed['error']}")
        return parsed["result"]

    def dialogs(self):
        """Kamailio's own truth: its dialogs that are not over."""
        return [d for d in self.rpc("dlg.list") if d["state"] != 5]

    def events(self):
        return Events(self.evapi_port)

    # --- SIPp

    def _scenario(self, source, name, **words):
        """Writes the scenario of that name; `words` are replaced by numbers or bytes."""
        text = (HERE / source).read_bytes()
        for word, what in words.items():
            text = text.replace(word.encode(), what if isinstance(what, bytes) else str(what).encode())
        (self.directory / f"{name}.xml").write_bytes(text)

    def _sipp(self, name, arguments):
        # Without -mp it looks for a free port for media itself, which no other program can take meanwhile.
        command = ["sipp", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-buff_size", str(SOCKET_BYTES),
                   "-sf", str(self.directory / f"{name}.xml"), *arguments]
        sipp = Sipp(name, command, self.directory)
        self._sipps.append(sipp)
        return sipp

    def start_callee(self, ring_ms=100, hold_ms=NEVER_MS):
        """The far side. `ring_ms=NEVER_MS` never answers; `hold_ms` after the answer it hangs up itself."""
        name = f"callee{len(self._sipps)}"
        self._scenario("callee.xml", name, RING_MS=ring_ms, HOLD_MS=hold_ms)
        return self._sipp(name, ["-p", str(self.callee_port)])

    def _start_caller(self, source, calls, rate, accounts, rows, call_id, **words):
        name = f"{source.removesuffix('.xml')}{len(self._sipps)}"
        rows = rows or [(a, 1, a, f"1555{i:07d}") for i, a in enumerate(accounts)]
        rows = [[f if isinstance(f, bytes) else str(f).encode() for f in row] for row in rows]
        if len(rows) == 1 and any(b";" in field for field in rows[0]):
            # A field of SIPp's tables cannot have a semicolon.
            words.update({f"[field{i}]": field for i, field in enumerate(rows[0])})
        self._scenario(source, name, **words)
        table = self.directory / f"{name}.csv"
        table.write_bytes(b"SEQUENTIAL\n" + b"".join(b";".join(row) + b"\n" for row in rows))
        return self._sipp(name, ["-inf", str(table), "-m", str(calls), "-l", str(calls), "-r", str(rate),
                                 "-cid_str", call_id, "-p", str(free_port(socket.SOCK_DGRAM)),
                                 f"127.0.0.1:{self.sip_port}"])

    def start_caller(self, calls, accounts=("801",), rate=100, hold_ms=NEVER_MS, rows=None, call_id=CALL_ID):
        """`calls` calls, `rate` new ones a second, the accounts in turn. Each waits for a BYE and hangs up itself
        after `hold_ms`. `rows`: account, connection, CLI and CLD of the calls in turn, instead of `accounts`; only one
        that is alone may have semicolons. `call_id`: their Call-ID, of the number of the call (%u) and the process
        (%p)."""
        return self._start_caller("caller.xml", calls, rate, accounts, rows, call_id, HOLD_MS=hold_ms)

    def start_quitter(self, calls, accounts=("801",), rate=100, patience_ms=300, rows=None):
        """As start_caller(), but each call is given up after `patience_ms` of ringing."""
        return self._start_caller("quitter.xml", calls, rate, accounts, rows, CALL_ID, PATIENCE_MS=patience_ms)

    # --- the end

    def stop_ends(self):
        """Ends every SIPp, without a goodbye to anybody."""
        for sipp in self._sipps:
            sipp.kill()

    def stop(self):
        self.stop_ends()
        if self.kamailio:
            self.kamailio.kill(signal.SIGTERM)
        if not self.keep:
            shutil.rmtree(self.directory, ignore_errors=True)


def demo(calls, seconds):
    """Makes calls, hangs one up in each way, and prints what Kamailio tells."""
    with Lab() as lab:
        lab.start_kamailio()
        watcher = lab.events()
        print("hello  ", watcher.hello)
        callee = lab.start_callee(ring_ms=500)
        caller = lab.start_caller(calls, accounts=["801", "802", "803"], hold_ms=seconds * 1000)
        watcher.until(lambda: len([e for e in watcher.events if e.get("state") == "Connected"]) == calls, 10, "answers")
        one = next(iter(watcher.live().values()))
        _, entry, number = one["id"].split("-")
        watcher.send({"jsonrpc": "2.0", "method": "dlg.end_dlg", "params": [int(entry), int(number)], "id": 1})
        watcher.until(lambda: not watcher.live(), seconds + 10, "the end of all calls")
        for event in watcher.events + watcher.answers:
            print(f"{event['type']:<7}", json.dumps({k: v for k, v in event.items() if k != "type"}))
        code = caller.finish(10)
        wait_until(lambda: callee.count("BYE", "Recv") == calls, 5, "counts of the callee")
        print("BYE at the caller", caller.count("BYE", "Recv"), "and at the callee", callee.count("BYE", "Recv"))
        return code


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", action="store_true", help="make some calls and print what Kamailio tells of them")
    parser.add_argument("--calls", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="how long a call lasts")
    arguments = parser.parse_args()
    if not arguments.demo:
        parser.print_help()
        return 2
    return demo(arguments.calls, arguments.seconds)


if __name__ == "__main__":
    sys.exit(main())
