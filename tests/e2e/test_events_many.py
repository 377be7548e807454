"""Many streams at once: of readers that do not read, of clients that never come to an end of their request, and at a stop."""

import contextlib
import resource
import socket
import time

import pytest

from harness import Daemon, Stream, wait_until

STREAMS = 1000
BOUNDS = {"events": {"max_streams": 2000, "max_streams_per_customer": 2000, "buffer": 65536},
          "http": {"connections_per_address": 10_000}}
REQUEST = b"GET /events?i_customer=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/x-ndjson\r\n\r\n"

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 14_000
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"{hard} descriptors are too few")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def raw_streams(daemon, count, request=REQUEST):
    """Connections that have sent this and read nothing."""
    with contextlib.ExitStack() as opened:
        streams = []
        for _ in range(count):
            streams.append(opened.enter_context(socket.create_connection(("127.0.0.1", daemon.http_port), 10)))
            streams[-1].sendall(request)
        yield streams


def rest_of(stream):
    stream.settimeout(20)
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while received := stream.recv(1 << 16):
            data += received
    return data


def test_a_stop_says_bye_to_a_thousand_streams():
    with Daemon(config=BOUNDS) as daemon, raw_streams(daemon, STREAMS) as streams:
        wait_until(lambda: daemon.metrics()["rollcall_events_streams"] == STREAMS, 30)
        began = time.monotonic()
        daemon.stop()
        assert time.monotonic() - began < 15
        for stream in streams:
            last = rest_of(stream).replace(b"\r\n", b"\n").split(b'{"type":')[-1]
            assert last.startswith(b'"bye"'), last


def test_readers_that_do_not_read_take_nothing_from_one_that_does():
    with Daemon(config=BOUNDS) as daemon, daemon.switch("sbc-1") as switch, raw_streams(daemon, STREAMS):
        wait_until(lambda: daemon.metrics()["rollcall_events_streams"] == STREAMS, 30)
        with Stream(daemon.http_port, i_customer=1) as stream:
            stream.wait_for("synced")
            for n in range(1, 11):
                for _ in range(500):
                    switch.start("Connected", i_account=11, cli="x" * 200)
                stream.wait(lambda: len(stream.calls) == 500 * n, seconds=30, what="all calls")
            stream.wait_mark()
        status = (daemon.process.pid, open(f"/proc/{daemon.process.pid}/status").read())
        resident = int(status[1].split("VmRSS:")[1].split()[0]) // 1024
        assert resident < 1024, f"{resident} MB"


def test_requests_that_never_end_keep_nobody_out():
    with Daemon(config=BOUNDS) as daemon, daemon.switch("sbc-1") as switch:
        with raw_streams(daemon, 9_000, REQUEST[:40]):
            with Stream(daemon.http_port, i_customer=1) as stream:
                stream.wait_for("synced")
                switch.start("Connected", i_account=11)
                stream.wait_for("call")
                stream.wait_mark()
