"""What scripts/cluster-up starts: three nodes with TLS between them, a simulated switch at each, and a load.

With --demo it shows what a cluster is for and ends with exit code 0 only when every step did what it says.
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
import tempfile
import time
import urllib.request

from demonstration import BIN, LOGIN, PASSWORD, PATIENCE_SECONDS, ROOT, free_port, headline, wait_until

NAMES = ("node-a", "node-b", "node-c")
CALLS = 20  # of each switch
SOON_SECONDS = 5


def make_certificate(home, name, *authority):
    """NAME.key and NAME.pem, signed by the authority or by itself."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", home / f"{name}.key", "-out", home / f"{name}.pem", "-days", "2", "-subj", f"/CN={name}",
                    *authority], check=True, capture_output=True)


class Node:
    """One rollcalld in a directory of its own, and the simulated switch beside it."""

    def __init__(self, home, name, cluster_ports):
        self.home, self.name, self.switch = home, name, f"sbc-{name[-1]}"
        self.http_port, self.feed_port, self.metrics_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}/xmlapi/xmlapi"
        self.environment = {**os.environ, "ROLLCALL_URL": self.url, "ROLLCALL_USER": LOGIN, "ROLLCALL_PASSWORD": PASSWORD}
        own, *others = cluster_ports[NAMES.index(name):] + cluster_ports[:NAMES.index(name)]
        folder = home / name
        folder.mkdir()
        make_certificate(home, name, "-CA", home / "ca.pem", "-CAkey", home / "ca.key")
        self.config = folder / "rollcalld.toml"
        switches = "".join(f'[[feed.switch]]\nname = "sbc-{other[-1]}"\nsecret = "demo"\n' for other in NAMES)
        self.config.write_text(
            f'[node]\nid = "{name}"\n[http]\nlisten = ["127.0.0.1:{self.http_port}"]\n'
            f'[metrics]\nlisten = ["127.0.0.1:{self.metrics_port}"]\n'
            f'[directory]\nurl = "sqlite://{folder}/directory.db"\n[calls]\ndead_linger = "2s"\nready_grace = "0s"\n'
            f'[feed]\nlisten = ["127.0.0.1:{self.feed_port}"]\n{switches}'
            f'[cluster]\nlisten = "127.0.0.1:{own}"\npeers = ["127.0.0.1:{others[0]}", "127.0.0.1:{others[1]}"]\n'
            f'certificate = "{home}/{name}.pem"\nkey = "{home}/{name}.key"\nca = "{home}/ca.pem"\n')
        subprocess.run([BIN / "rollcall", "directory", "import", "--database", folder / "directory.db",
                        ROOT / "conf" / "directory.json"], check=True, stdout=subprocess.DEVNULL)
        self.process = self.sim = None

    def start(self):
        print("$ rollcalld --config", self.config, "&", flush=True)
        with open(self.config.with_suffix(".log"), "a") as log:
            self.process = subprocess.Popen([BIN / "rollcalld", "--config", self.config], stderr=log)

    def start_switch(self):
        command = ["rollcall", "sim", "--connect", f"127.0.0.1:{self.feed_port}", "--name", self.switch, "--secret", "demo",
                   "--calls", str(CALLS), "--rate", "100", "--hold", "--usernames", "801,802,803,805",
                   "--connect-probability", "1", "--ring", "200ms", "--teardown-delay", "50ms", "--log-level", "error"]
        print("$", *command, "&", flush=True)
        self.sim = subprocess.Popen([BIN / command[0], *command[1:]], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)

    def health(self):
        if self.process.poll() is not None:
            raise SystemExit(self.config.with_suffix(".log").read_text())
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/readyz?verbose", timeout=2).read().decode()
        except OSError:
            return ""

    def show(self, *command, lines=None, code=0):
        """Runs the tool as a user of this node would, and shows it with (the first lines of) what it prints."""
        print(f"{self.name}$", shlex.join(["rollcall", *command]), flush=True)
        done = subprocess.run([BIN / "rollcall", *command], env=self.environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        printed = done.stdout.splitlines()
        print("\n".join(printed[:lines]))
        if lines and len(printed) > lines:
            print(f"... and {len(printed) - lines} more lines")
        if done.returncode != code:
            raise SystemExit(f"exit code {done.returncode} instead of {code}")

    def tell(self, *command):
        """What the tool prints, for programs; nothing when it fails."""
        done = subprocess.run([BIN / "rollcall", *command], env=self.environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        return done.stdout if done.returncode == 0 else None

    def calls(self):
        """(ID, state, customer) of the active calls in their order; None when the list is not complete."""
        told = self.tell("calls", "--active", "--json")
        return told and [(call["ID"], call["CC_STATE"], call["I_CUSTOMER"]) for call in json.loads(told)]

    def stop(self):
        for process in (self.sim, self.process):
            if process and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self.sim, self.process):
            if process:
                process.wait(15)


class Nodes:
    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="rollcall-cluster-"))
        make_certificate(self.home, "ca")
        ports = [free_port() for _ in NAMES]
        self.all = [Node(self.home, name, ports) for name in NAMES]

    def start(self):
        for node in self.all:
            node.start()
        self.complete()
        for node in self.all:
            node.start_switch()
        self.full()

    def full(self, seconds=PATIENCE_SECONDS):
        """Waits until every node lists the calls of all switches, all of them answered."""
        wait_until(f"every node lists {3 * CALLS} connected calls",
                   lambda: [state for _, state, _ in self.same() or []] == ["Connected"] * 3 * CALLS, seconds)

    def complete(self):
        wait_until("every node sees the others", lambda: all(node.health().count(": up for") == len(NAMES) - 1
                                                             for node in self.all), SOON_SECONDS)

    def same(self):
        """The calls that every node lists; None while they differ."""
        lists = [node.calls() for node in self.all]
        return lists[0] if all(listed == lists[0] for listed in lists) else None

    def stop(self):
        for node in self.all:
            node.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def demo(nodes):
    a, b, c = nodes.all

    headline("Every node lists the same calls, those of the others too")
    for node in nodes.all:
        node.show("calls", "--active", "--limit", "4")

    headline("And counts the same sums")
    for node in nodes.all:
        node.show("stats")
    if len({node.tell("stats", "--json") for node in nodes.all}) != 1:
        raise SystemExit("the sums differ")

    headline("A node dies: the others go on, and say what is missing")
    print(f"$ kill -9 {b.process.pid}   # {b.name}")
    b.process.kill()
    b.process.wait()
    wait_until("the dead node is missed", lambda: all(f"node {b.name}: missing" in node.health() for node in (a, c)),
               SOON_SECONDS)
    a.show("nodes", code=6)
    a.show("calls", "--active", "--limit", "2", code=6)

    headline("It comes back, and with its switch the calls that it had")
    b.start()
    nodes.complete()
    nodes.full(SOON_SECONDS)
    c.show("nodes")

    headline("Hang up a customer through any node: every switch does its part")
    before = nodes.same()
    doomed = {id for id, _, customer in before if customer in (2, 3, 4)}
    c.show("disconnect", "customer", "2", "--yes")

    def gone():
        listed = {id for id, _, _ in nodes.same() or []}
        return listed and {id for id, _, _ in before} - listed == doomed

    wait_until("the calls of the reseller and its office are gone, and no others", gone)
    print(f"{len(doomed)} gone, at {len({id.split(':')[0] for id in doomed})} switches.")


def invite(nodes):
    headline("The cluster is up until Ctrl-C")
    print(f"Their directories and logs are in {nodes.home}.")
    with contextlib.suppress(KeyboardInterrupt):  # also of one who is quicker than this prints
        for node in nodes.all:
            print(f"{node.name}: {node.url}   process {node.process.pid}   feed 127.0.0.1:{node.feed_port} (switch {node.switch})")
        a, b, _ = nodes.all
        print(f"\n  export ROLLCALL_USER={LOGIN} ROLLCALL_PASSWORD={PASSWORD} PATH={BIN}:$PATH\n"
              f"  ROLLCALL_URL={a.url} rollcall calls --active --limit 5\n"
              f"  ROLLCALL_URL={b.url} rollcall stats\n"
              f"  ROLLCALL_URL={a.url} rollcall nodes\n"
              f"  kill -STOP {b.process.pid}; sleep 3; ROLLCALL_URL={a.url} rollcall nodes; kill -CONT {b.process.pid}\n"
              f"  ROLLCALL_URL={b.url} rollcall disconnect customer 2 --yes", flush=True)
        while True:
            time.sleep(.2)  # signal.pause() would miss an interrupt that comes just before it


def main():
    parser = argparse.ArgumentParser(prog="scripts/cluster-up")
    parser.add_argument("--demo", action="store_true", help="show what a cluster does, and end")
    options = parser.parse_args()

    headline("Three nodes, TLS between them, a simulated switch at each")
    nodes = Nodes()
    try:
        nodes.start()
        if options.demo:
            demo(nodes)
            headline("Everything did what it said")
        else:
            invite(nodes)
    finally:
        nodes.stop()


if __name__ == "__main__":
    main()
