"""The clients of docs/events.md keep a true mirror through restarts, kills and cut connections."""

import pathlib
import re
import socket
import threading
import time

import pytest

from harness import PASSWORDS, Daemon, next_id, wait_until

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text()


def code_of(language):
    """The client of the page: a function `follow`."""
    (code,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)
    assert len([line for line in code.splitlines() if line.strip()]) <= 40
    return code


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


class Switch:
    """One whose calls come and go, and the daemon that it feeds; both can be started again."""

    def __init__(self, daemon):
        self.daemon, self.calls = daemon, {}
        self.switch = daemon.switch("sbc-1").connect()

    def churn(self):
        for _ in range(50):
            id = next_id()
            self.calls[id] = {"id": id, "state": "Connected", "setup_time": time.time(), "i_account": 11}
            self.switch.send(type="call", **self.calls[id])
            if len(self.calls) > 20:
                self.end(next(iter(self.calls)))

    def end(self, id):
        del self.calls[id]
        self.switch.end(id)

    def start_again(self, stop):
        """One call is over meanwhile."""
        stop()
        self.switch.close()
        del self.calls[next(iter(self.calls))]
        self.daemon.start()
        self.switch.reconnect(list(self.calls.values()))

    def shown(self):
        """The calls as a client shows them."""
        return {f"sbc-1:{id}" for id in self.calls}


def play(switch, mirror, cut):
    """Whatever happens, what `mirror` returns is what the switch has, a little later."""
    def holds(after):
        wait_until(lambda: mirror() == switch.shown(), 30, f"the mirror after {after}")

    switch.churn()
    holds("the beginning")
    for _ in range(3):
        switch.churn()
        cut()
        switch.churn()
        holds("a cut")
    for how in (switch.daemon.stop, switch.daemon.kill):
        switch.churn()
        switch.start_again(how)
        holds(how.__name__)
    switch.switch.close()


def test_the_python_client_keeps_a_true_mirror_whatever_happens():
    names, seen = {}, {}
    exec(code_of("python"), names)
    with Daemon() as daemon:
        cable = Cable(daemon.http_port)
        threading.Thread(target=names["follow"], kwargs={"i_customer": 1}, daemon=True,
                         args=(f"http://127.0.0.1:{cable.port}", lambda calls, complete: seen.update(calls=set(calls)))
                         ).start()
        play(Switch(daemon), lambda: seen.get("calls"), cable.cut)


@pytest.mark.slow
def test_the_browser_client_keeps_a_true_mirror_whatever_happens(browser):
    with Daemon() as daemon:
        cable = Cable(daemon.http_port)
        # A page of the same origin that wants a login: the browser gives it to the stream, too.
        browser.get(f"http://ssp-root:{PASSWORDS['ssp-root']}@127.0.0.1:{cable.port}/metrics")
        browser.execute_script(code_of("js") + """
            follow('/events', (calls, complete) => { window.seen = [...calls.keys()]; });""")

        def mirror():
            seen = browser.execute_script("return window.seen")
            return seen if seen is None else set(seen)

        play(Switch(daemon), mirror, cable.cut)
