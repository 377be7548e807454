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
import json
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import urllib.request

from event_socket import Events
from kamailios import PATH, chosen
from ports import free_port
from processes import START_SECONDS, Process, wait_until
from sipp_ends import NEVER_MS, SippEnds  # noqa: F401: part of what a laboratory is

HERE = pathlib.Path(__file__).resolve().parent
CONF = HERE.parent.parent / "conf" / "kamailio"

#: Kamailio's patience with an end that gets no processor for a while.
REPLY_MS = 30_000


def available():
    """True when this machine has the programs that the laboratory needs."""
    return bool(shutil.which("kamailio", path=PATH) and shutil.which("sipp"))


class Lab(SippEnds):
    """Owns the processes and the directory; stop() (or leaving `with`) ends and removes them. `program`: one of KAMAILIOS."""

    #: The versions that were started, as "6.1.5".
    versions = set()

    def __init__(self, name="kam-1", keep=False, program=None):
        super().__init__()
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

    # --- the end

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
