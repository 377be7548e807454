"""Readers of GET /events that take little of the processors that they share with the daemon: they look for bytes."""

import multiprocessing
import re
import socket
import time

from suite.world import cpu_seconds

#: Bytes at the end of what was read that may be the beginning of something.
TAIL = 512


def open_stream(port, since=None, **filters):
    """A stream that has been let in, and what came of it with the answer's head."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    resume = f"Last-Event-ID: {since}\r\n" if since else ""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(f"GET /events?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/x-ndjson\r\n{resume}\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        received = connection.recv(65536)
        assert received, f"the answer is cut: {answer!r}"
        answer += received
    head, rest = answer.split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 200"), head
    return connection, rest


def read_until(stream, words, see=lambda bytes: None):
    """Reads on until these words come. Returns the line that they are in, and how many bytes came before its end."""
    connection, rest = stream
    size, tail = 0, b""
    while True:
        size += len(rest)
        see(rest)
        tail = tail[-TAIL:] + rest
        if (at := tail.find(words)) >= 0 and (end := tail.find(b"\n", at)) >= 0:
            return tail[tail.rfind(b"\n", 0, at) + 1:end], size
        rest = connection.recv(1 << 20)
        assert rest, "the stream has ended"


def token_of(line):
    return re.search(rb'"token":"([^"]*)"', line)[1].decode()


def _follow(port, filters, pipe, wanted, wait):
    """Tells when the snapshot is told, and from then on when each of the wanted words came first."""
    connection, rest = stream = open_stream(port, **filters)
    size = read_until(stream, b'"type":"synced"')[1] if wait else 0
    pipe.send((time.monotonic(), size))
    tail, seen = b"", {}
    while True:
        if pipe.poll():
            pipe.recv()
            pipe.send((seen, size))
            return
        try:
            connection.settimeout(.05)
            rest = connection.recv(1 << 20)
        except TimeoutError:
            continue
        assert rest, "the stream has ended"
        now, size = time.monotonic(), size + len(rest)
        if wanted is not None:
            for found in wanted.finditer(tail + rest):
                seen.setdefault(found[0].decode(), now)
            tail = rest[-TAIL:]


class Follower:
    """A reader in a process of its own, from when its snapshot is told; without `wait` at once. `wanted`: a regular expression of
    bytes, of which it keeps when each that matches came first."""

    def __init__(self, port, wanted=None, wait=True, **filters):
        self.pipe, end = multiprocessing.Pipe()
        self.began = time.monotonic()
        self.process = multiprocessing.Process(target=_follow, daemon=True,
                                               args=(port, filters, end, re.compile(wanted) if wanted else None, wait))
        self.process.start()
        self.synced, self.snapshot_bytes = self.pipe.recv()
        self.cpu = cpu_seconds(self.process.pid)

    def stop(self):
        """When what was wanted came, and all bytes that were read."""
        self.pipe.send("stop")
        told = self.pipe.recv()
        self.process.join()
        return told

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.join()
