"""The client of docs/events.md keeps a true mirror through restarts, kills and cut connections."""

import pathlib
import re
import socket
import threading
import time

from harness import Daemon, next_id, wait_until

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text()


def client():
    """The function `follow` of the page."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    assert len([line for line in code.splitlines() if line.strip()]) <= 40
    names = {}
    exec(code, names)
    return names["follow"]


class Cable:
    """Passes bytes on between a client and the daemon, until it is cut."""

    def __init__(self, port):
        self.to, self.open = port, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            here, _ = self.listener.accept()
            try:
                there = socket.create_connection(("127.0.0.1", self.to), timeout=5)
            except OSError:
                here.close()
                continue
            there.settimeout(None)
            self.open += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for each in (one, other):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        for each in self.open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open.clear()


def test_the_python_client_keeps_a_true_mirror_whatever_happens():
    seen = {}

    def changed(calls, complete):
        seen.update(calls=set(calls), complete=complete, at=time.monotonic())

    with Daemon() as daemon:
        cable = Cable(daemon.http_port)
        threading.Thread(target=client(), args=(f"http://127.0.0.1:{cable.port}", changed), kwargs={"i_customer": 1},
                         daemon=True).start()
        calls = {}
        switch = daemon.switch("sbc-1").connect()

        def churn():
            for _ in range(50):
                id = next_id()
                calls[id] = {"id": id, "state": "Connected", "setup_time": time.time(), "i_account": 11}
                switch.send(type="call", **calls[id])
                if len(calls) > 20:
                    gone = next(iter(calls))
                    del calls[gone]
                    switch.end(gone)

        def is_true():
            return seen.get("calls") == {f"sbc-1:{id}" for id in calls}

        for what in ("begin", "cut", "cut", "restart", "cut", "kill"):
            churn()
            if what == "cut":
                cable.cut()
                churn()
            elif what in ("restart", "kill"):
                (daemon.stop if what == "restart" else daemon.kill)()
                switch.close()
                gone = next(iter(calls))
                del calls[gone]
                daemon.start()
                switch.reconnect(list(calls.values()))
            wait_until(is_true, 30, f"the mirror after {what}")
        switch.close()
