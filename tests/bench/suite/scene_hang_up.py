"""A customer with 200 000 calls is hung up while all others go on: until the switch has the last line."""

import json
import threading
import time

from suite.rows import Row
from suite.world import HEAVY_ACCOUNTS, HEAVY_CUSTOMER, SECRET, Sim, daemon, counts, socket, wait_for_calls, wait_until

HUNG_UP = 200_000


class Listener:
    """A switch that tells its calls once, and counts the lines that come back."""

    def __init__(self, port, name, calls):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.lines, self.last = 0, 0.0
        self.socket.sendall(json.dumps({"type": "hello", "version": 1, "switch": name, "secret": SECRET,
                                        "epoch": 1}).encode() + b"\n")
        assert b"welcome" in self.socket.recv(65536)
        self.socket.sendall(b'{"type":"snapshot_begin"}\n' + self._calls(calls) + b'{"type":"snapshot_end"}\n')
        threading.Thread(target=self._read, daemon=True).start()

    @staticmethod
    def _calls(calls):
        now = time.time()
        return "".join(
            f'{{"type":"call","id":"{n}","state":"Connected","setup_time":{now - 60 + n * 1e-4:.6f},"connect_time":{now:.6f},'
            f'"i_account":{HEAVY_ACCOUNTS[n % len(HEAVY_ACCOUNTS)]},"cli":"4420{n:08}","cld":"4930{n:08}"}}\n'
            for n in range(calls)).encode()

    def _read(self):
        while data := self.socket.recv(1 << 20):
            self.lines += data.count(b"\n")
            self.last = time.monotonic()


def measure(calls):
    hung_up = min(HUNG_UP, calls)
    with daemon() as node, Sim(node.feed_port, calls, hold=True, connect_probability=1):
        wait_for_calls(node, calls)
        switch = Listener(node.feed_port, "sbc-3", hung_up)
        api = node.trusted()
        wait_until(lambda: counts(api, HEAVY_CUSTOMER)[1] == hung_up, 60, "the customer's calls")
        began = time.monotonic()
        answer = api.disconnectCustomer(i_customer=HEAVY_CUSTOMER)
        answered = time.monotonic() - began
        assert answer == {"result": "OK", "count": hung_up}, answer
        wait_until(lambda: switch.lines == hung_up, 60, "every disconnect on the wire")
        seconds = switch.last - began
    return [Row("disconnect.customer", f"disconnectCustomer of {hung_up:,} calls among {calls:,} others, to the last line at the switch",
                seconds, "s", "", seconds, 1),
            Row("disconnect.answer", "… to the answer, when the audit log has each call", answered, "s")]
