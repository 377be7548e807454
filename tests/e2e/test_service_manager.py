"""What the daemon tells its service manager (operations, 3), heard at a socket of our own."""

import contextlib
import ctypes
import os
import re
import signal
import socket
import time

import pytest

from harness import DIRECTORY, Daemon, wait_until

WATCHDOG = 1.5  # seconds


class Manager:
    """A notify socket, and everything that came to it, each message as a dict."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        self.socket.settimeout(0)
        self.messages = []

    def heard(self):
        while True:
            try:
                text = self.socket.recv(65536).decode()
            except BlockingIOError:
                return self.messages
            self.messages.append(dict(line.split("=", 1) for line in text.splitlines()))

    def wait_for(self, **fields):
        return wait_until(lambda: [one for one in self.heard()
                                   if all(re.search(value, one.get(name, "")) and name in one for name, value in fields.items())],
                          what=f"{fields}")[-1]

    def count(self, field):
        return sum(field in one for one in self.heard())


@pytest.fixture
def manager(tmp_path, monkeypatch):
    one = Manager(tmp_path)
    monkeypatch.setenv("NOTIFY_SOCKET", str(one.path))
    return one


def test_a_start_is_told_when_it_serves_and_a_stop_when_it_begins(manager, tmp_path):
    with Daemon(folder=tmp_path) as daemon:
        manager.wait_for(READY="1")
        assert daemon.get("/livez").status == 200
        manager.wait_for(STATUS=r"^0 calls, 0 of \d+ switches$")
        assert manager.count("STOPPING") == 0
        daemon.stop()
        manager.wait_for(STOPPING="1")
        daemon.start()


def test_a_reload_is_told_with_the_time_at_which_it_began(manager, tmp_path):
    with Daemon(folder=tmp_path) as daemon:
        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        daemon.reload()
        told = manager.wait_for(RELOADING="1")
        assert before <= int(told["MONOTONIC_USEC"]) / 1e6 <= time.clock_gettime(time.CLOCK_MONOTONIC)
        wait_until(lambda: manager.count("READY") == 2)
        daemon.config_file.write_text("nonsense")
        daemon.reload()
        wait_until(lambda: manager.count("READY") == 3)  # it goes on, with what it had


def test_calls_and_switches_are_told(manager, tmp_path):
    with Daemon(folder=tmp_path) as daemon, daemon.switch() as switch:
        switch.start(i_account=11)
        wait_until(lambda: daemon.everything())
        daemon.reload()
        manager.wait_for(STATUS=r"^1 calls, 1 of \d+ switches$")


def test_a_node_without_a_directory_says_so(manager, tmp_path):
    with Daemon(folder=tmp_path, directory=None) as daemon:
        manager.wait_for(READY="1")
        manager.wait_for(STATUS="no customers yet: rollcall init")
        daemon.import_directory(DIRECTORY)
        manager.wait_for(STATUS="^0 calls")


def test_the_watchdog_is_fed_as_long_as_the_node_works(manager, tmp_path, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", str(int(WATCHDOG * 1e6)))
    with Daemon(folder=tmp_path) as daemon:
        for _ in range(4):
            before = manager.count("WATCHDOG")
            wait_until(lambda: manager.count("WATCHDOG") > before, seconds=WATCHDOG * 2)
        daemon.signal(signal.SIGSTOP)
        manager.heard()
        fed = manager.count("WATCHDOG")
        time.sleep(WATCHDOG)
        assert manager.count("WATCHDOG") == fed
        daemon.signal(signal.SIGCONT)
        wait_until(lambda: manager.count("WATCHDOG") > fed)


# ptrace(2)
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WALL = 0x40000000  # waitpid(2): threads are waited for as children are


def ptrace(request, thread):
    call = ctypes.CDLL(None, use_errno=True).ptrace
    call.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    if call(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def without_its_actors(pid):
    """Every thread of the daemon stands still, but for the first, which talks to the service manager."""
    held = []
    try:
        for thread in {int(one) for one in os.listdir(f"/proc/{pid}/task")} - {pid}:
            ptrace(PTRACE_SEIZE, thread)
            held.append(thread)
            ptrace(PTRACE_INTERRUPT, thread)
            os.waitpid(thread, WALL)
        yield
    finally:
        for thread in held:
            with contextlib.suppress(OSError):
                ptrace(PTRACE_DETACH, thread)


def test_the_watchdog_starves_when_the_actors_stand_still_and_the_rest_does_not(manager, tmp_path, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", str(int(WATCHDOG * 1e6)))
    with Daemon(folder=tmp_path) as daemon:
        manager.wait_for(WATCHDOG="1")
        with without_its_actors(daemon.process.pid):
            time.sleep(WATCHDOG / 3)  # what was under way
            fed = manager.count("WATCHDOG")
            daemon.signal(signal.SIGHUP)  # the first thread still works
            manager.wait_for(RELOADING="1")
            time.sleep(WATCHDOG)
            assert manager.count("WATCHDOG") == fed
        wait_until(lambda: manager.count("WATCHDOG") > fed)


def test_without_a_watchdog_none_is_fed(manager, tmp_path):
    with Daemon(folder=tmp_path):
        manager.wait_for(STATUS="calls")
        assert manager.count("WATCHDOG") == 0


def test_without_a_service_manager_nothing_is_told(manager, tmp_path, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET")
    with Daemon(folder=tmp_path) as daemon:
        daemon.reload()
    assert manager.heard() == [] and "NOTIFY_SOCKET" not in os.environ
