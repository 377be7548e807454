"""SIPp callers and callees on both sides of the switch of a laboratory."""

import pathlib
import socket

from ports import free_port
from processes import Sipp

HERE = pathlib.Path(__file__).resolve().parent

NEVER_MS = 86_400_000

#: What waits for a SIPp that gets no processor for a while, instead of being lost.
SOCKET_BYTES = 1 << 22

CALL_ID = "%u-%p@127.0.0.1"


class SippEnds:
    """What a laboratory is besides its switch. It has a `directory`, the switch's `sip_port`, and the `callee_port` to which the
    switch sends its calls."""

    #: Whether the switch is a proxy, behind which a message has two Via headers, and not one.
    is_proxy = True

    def __init__(self):
        self._sipps = []

    def _scenario(self, source, name, **words):
        """Writes the scenario of that name; `words` are replaced by numbers or bytes."""
        text = (HERE / source).read_bytes()
        if not self.is_proxy:
            text = b"".join(line for line in text.splitlines(keepends=True) if b"via_far" not in line)
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

    def stop_ends(self):
        """Ends every SIPp, without a goodbye to anybody."""
        for sipp in self._sipps:
            sipp.kill()
