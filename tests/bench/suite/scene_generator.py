"""What the load generator can do by itself, so that nobody takes its ceiling for the daemon's: `rollcall sim` against a
process that throws away what it reads."""

import multiprocessing
import socket
import time

from suite.rows import Row
from suite.world import Sim, cpu_seconds


def sink(listener, calls, result):
    """Welcomes a switch, counts its lines, and tells how long the calls' first four lines each took."""
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.sendall(b'{"type":"welcome","version":1,"node_id":"sink"}\n')
    buffer, lines, began = bytearray(1 << 20), 0, time.monotonic()
    while lines < 4 * calls and (received := connection.recv_into(buffer)):
        lines += buffer.count(b"\n", 0, received)
    result.put((lines, time.monotonic() - began))
    connection.close()


def measure(calls):
    result = multiprocessing.Queue()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = multiprocessing.Process(target=sink, args=(listener, calls, result), daemon=True)
        reader.start()
        with Sim(listener.getsockname()[1], calls, hold=True, connect_probability=1) as sim:
            lines, seconds = result.get()
            cpu = cpu_seconds(sim.pid)
        reader.join()
    return [Row("generator.ceiling", "the load generator alone, lines to a reader that throws them away",
                lines / seconds, "/s", f"{cpu / lines * 1e6:.2f} µs of CPU a line")]
