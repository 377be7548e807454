"""What scripts/run shows: a node beside a switch with live calls, and the whole job of the API done on them.

It ends with exit code 0 only when every step did what it says: the lists shrink by exactly the calls that were hung
up, and on real SIP both ends of each of them have seen the BYE.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "sip"))
import asterisk_lab  # noqa: E402
from lab import Lab, free_port  # noqa: E402
from roots import Host, Unavailable  # noqa: E402

BIN = pathlib.Path(os.environ.get("ROLLCALL_BIN", ROOT / "build" / "release" / "bin"))
LOGIN, PASSWORD = "ssp-root", "secret"
ACCOUNTS = {"801": 3, "802": 3, "803": 3, "805": 3}  # calls for each username of conf/directory.json
PATIENCE_SECONDS = 15
PARTIAL = 6  # exit code of the tool: something is missing from the answer


def headline(text):
    print(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def wait_until(what, condition, seconds=PATIENCE_SECONDS):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise SystemExit(f"this did not happen within {seconds} s: {what}")
        time.sleep(0.05)


class SimulatedSwitch:
    """`rollcall sim` with as many held calls as the SIP callers would make."""

    calls_go_on = True  # it keeps the number of its calls: new ones come for those that end

    def __init__(self):
        self.port, self.process = free_port(), None

    def start(self):
        """It comes with its calls, to a node that listens."""

    def configuration(self):
        return f'[feed]\nlisten = ["127.0.0.1:{self.port}"]\n[[feed.switch]]\nname = "sbc-1"\nsecret = "demo"\n'

    def make_calls(self, node):
        node.say("rollcall sim --calls", sum(ACCOUNTS.values()), "--usernames", ",".join(ACCOUNTS), "... &")
        self.process = subprocess.Popen(
            [BIN / "rollcall", "sim", "--connect", f"127.0.0.1:{self.port}", "--name", "sbc-1",
             "--secret", "demo", "--calls", str(sum(ACCOUNTS.values())), "--rate", "50", "--hold",
             "--usernames", ",".join(ACCOUNTS), "--connect-probability", "1", "--ring", "200ms",
             "--teardown-delay", "50ms", "--log-level", "error"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def byes(self):
        """A simulated call has no ends that could tell."""
        return None

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


class SipSwitch:
    """A real switch of a laboratory, SIPp callers on one side of it and a SIPp callee on the other."""

    calls_go_on = False

    def __init__(self, lab):
        self.lab = lab

    def make_calls(self, node):
        usernames = [name for name, count in ACCOUNTS.items() for _ in range(count)]
        node.say("sipp ... (a callee, and", len(usernames), "callers of", ", ".join(ACCOUNTS) + ") &")
        self.callee = self.lab.start_callee(ring_ms=300)
        self.caller = self.lab.start_caller(len(usernames), accounts=usernames, rate=20)

    def byes(self):
        """How many BYEs the callers and the callee have received."""
        return self.caller.count("BYE", "Recv"), self.callee.count("BYE", "Recv")

    def stop(self):
        """The laboratory ends what it has started."""
        self.lab.stop()


class Kamailio(SipSwitch):
    """Kamailio with conf/kamailio/."""

    def __init__(self):
        super().__init__(Lab())

    def start(self):
        self.lab.start_kamailio()
        print(f"Kamailio {self.lab.program.version()}", flush=True)

    def configuration(self):
        return f'[[kamailio]]\nname = "kam-1"\nevapi = "{self.lab.evapi}"\nrpc = "{self.lab.rpc_url}"\n'

    def own_calls(self):
        return len(self.lab.dialogs())


class Asterisk(SipSwitch):
    """Asterisk with conf/asterisk/: the machine's own, or that of the root of sid."""

    def __init__(self):
        place = Host() if asterisk_lab.own() else asterisk_lab.of_root("22")
        usernames = [name for name in ACCOUNTS if name not in ("801", "802")]  # it has those
        super().__init__(asterisk_lab.AsteriskLab(place=place, usernames=usernames))

    def start(self):
        self.lab.start()
        print(f"{self.lab.version()}, of {self.lab.place}", flush=True)

    def configuration(self):
        return (f'[[asterisk]]\nname = "ast-1"\nami = "{self.lab.ami}"\nsecret = "lab-secret"\n'
                'connections = { "carrier-a" = 1, "carrier-b" = 2 }\n')

    def own_calls(self):
        """Each has a channel to its caller and one to its callee."""
        return len(self.lab.channels()) / 2


SWITCHES = {"kamailio": Kamailio, "asterisk": Asterisk}


class Node:
    """rollcalld with the demonstration directory, in a directory of its own below the system's temporary one."""

    def __init__(self, switch):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="rollcall-demonstration-"))
        self.http_port = free_port()
        self.url = f"http://127.0.0.1:{self.http_port}/xmlapi/xmlapi"
        self.config = self.home / "rollcalld.toml"
        self.config.write_text(
            f'[node]\nid = "node-a"\n[http]\nlisten = ["127.0.0.1:{self.http_port}"]\n'
            f'[directory]\nurl = "sqlite://{self.home}/directory.db"\n[calls]\ndead_linger = "2s"\n{switch.configuration()}')
        self.config.chmod(0o600)  # there may be a secret in it
        self.environment = {**os.environ, "ROLLCALL_URL": self.url, "ROLLCALL_USER": LOGIN, "ROLLCALL_PASSWORD": PASSWORD,
                            "PATH": f"{BIN}:{os.environ['PATH']}"}
        self.process = None

    def start(self):
        self.show("rollcall", "directory", "import", "--database", self.home / "directory.db",
                  ROOT / "conf" / "directory.json")
        self.show("rollcall", "directory", "show", "--database", self.home / "directory.db")
        self.say("rollcalld --config", self.config, "&")
        self.log = open(self.home / "rollcalld.log", "w")
        self.process = subprocess.Popen([BIN / "rollcalld", "--config", self.config], stderr=self.log)
        wait_until("rollcalld is ready", self.ready)

    def ready(self):
        if self.process.poll() is not None:
            raise SystemExit((self.home / "rollcalld.log").read_text())
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/readyz", timeout=2).status == 200
        return False

    @staticmethod
    def say(*words):
        print("$", *words, flush=True)

    def show(self, *command, lines=None):
        """Runs a command as a user would, and shows it with (the first lines of) what it prints."""
        self.say(" ".join(shlex.quote(str(word)) for word in command))
        done = subprocess.run([str(word) for word in command], env=self.environment, text=True,
                              stdout=subprocess.PIPE)
        printed = done.stdout.splitlines()
        print("\n".join(printed[:lines]))
        if lines and len(printed) > lines:
            print(f"... and {len(printed) - lines} more lines")
        if done.returncode:
            raise SystemExit(f"exit code {done.returncode}")

    def live(self):
        """The active calls, as the tool tells them to programs; none as long as the switch has yet to tell its own."""
        done = subprocess.run([BIN / "rollcall", "calls", "--active", "--json"], env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode == PARTIAL:
            return []
        if done.returncode:
            raise SystemExit(done.stderr)
        return json.loads(done.stdout)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(15)
            self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)


def hang_up(node, switch, what, command, doomed):
    """Hangs calls up, and proves that those which `doomed` chooses, and no others, are gone: from the list, and on
    real SIP from both ends."""
    headline(f"Hang up {what}")
    before = node.live()
    expected = [call["ID"] for call in before if doomed(call)]
    byes = switch.byes()
    node.show("rollcall", "disconnect", *command(expected))
    staying = {call["ID"] for call in before} - set(expected)

    def gone():
        listed = {call["ID"] for call in node.live()}
        return staying <= listed and not listed & set(expected) and (switch.calls_go_on or listed == staying)

    wait_until("the calls leave the list, and no others", gone)
    print(f"{len(expected)} gone, {len(staying)} left" + (", and new ones come." if switch.calls_go_on else "."))
    if byes:
        wait_until("both ends of each call receive a BYE",
                   lambda: [now - then for now, then in zip(switch.byes(), byes)] == [len(expected)] * 2)
        print(f"The SIP ends have received {len(expected)} BYE at the callers and {len(expected)} at the callee.")
        wait_until("the switch itself has the calls that are left, and no others",
                   lambda: switch.own_calls() == len(staying))
        print(f"{type(switch).__name__} itself has {len(staying)} calls left.")


def tour(node, switch):
    total = sum(ACCOUNTS.values())
    wait_until(f"{total} calls are connected",
               lambda: [call["CC_STATE"] for call in node.live()] == ["Connected"] * total)

    headline("List the live calls: XML-RPC by hand, and the tool")
    node.show("curl", "-s", "--digest", "-u", f"{LOGIN}:{PASSWORD}", "-H", "Content-Type: text/xml", "--data",
              "<?xml version='1.0'?><methodCall><methodName>listActiveCalls</methodName></methodCall>",
              node.url, lines=24)
    node.show("rollcall", "calls", "--active")

    headline("Count them for each account of the root customer")
    node.show("rollcall", "stats")

    one = node.live()[0]["ID"]
    hang_up(node, switch, "one call", lambda _: ["call", one], lambda call: call["ID"] == one)
    hang_up(node, switch, "an account (802)", lambda _: ["account", "4", "--yes"], lambda call: call["I_ACCOUNT"] == 4)
    hang_up(node, switch, "a customer: the reseller and its office", lambda _: ["customer", "2", "--yes"],
            lambda call: call["I_CUSTOMER"] in (2, 3, 4))


def main():
    parser = argparse.ArgumentParser(prog="scripts/run")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--switch", choices=SWITCHES, default="kamailio", help="the switch between SIPp's ends (kamailio)")
    which.add_argument("--sim", action="store_true", help="a simulated switch, and no SIP")
    parser.add_argument("--stay", action="store_true", help="leave everything up until Ctrl-C")
    options = parser.parse_args()

    headline("A switch, and a node with the demonstration directory")
    switch = node = None
    try:
        switch = SimulatedSwitch() if options.sim else SWITCHES[options.switch]()
        switch.start()
        node = Node(switch)
        node.start()
        headline("Live calls")
        switch.make_calls(node)
        tour(node, switch)
        headline("Everything did what it said")
        if options.stay:
            print(f"The node and its {len(node.live())} calls stay up until Ctrl-C. To talk to it:\n"
                  f"  export ROLLCALL_URL={node.url} ROLLCALL_USER={LOGIN} ROLLCALL_PASSWORD={PASSWORD}\n"
                  f"  {BIN}/rollcall calls", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    time.sleep(.2)  # signal.pause() would miss an interrupt that comes just before it
    except Unavailable as missing:
        raise SystemExit(f"scripts/run: {missing}")
    finally:
        if switch:
            switch.stop()
        if node:
            node.stop()


if __name__ == "__main__":
    main()
