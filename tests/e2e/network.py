"""Networks of a test's own: namespaces joined by cables that can be cut, parted and made slow.

Every namespace belongs to a process that ends with this one, so nothing is left behind however a test ends, and no
name, address or interface of the machine is touched. Needs root, iproute2 and util-linux.
"""

import contextlib
import ctypes
import os
import pathlib
import socket
import subprocess
import sys

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _enter(namespace):
    if _libc.setns(namespace, CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"cannot enter a network namespace: {os.strerror(error)}")


class _Helper:
    """A process that says when it is ready, and ends when this one does: its input is ours."""

    def __init__(self, command):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            trouble = self.process.communicate()[1]
            raise RuntimeError(f"network namespaces cannot be made here ({trouble.strip()}). These tests need root with "
                               "CAP_SYS_ADMIN and CAP_NET_ADMIN, a kernel with veth, bridge and tun, and iproute2")

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


class Namespace(_Helper):
    """One network namespace with its loopback up."""

    def __init__(self):
        super().__init__(["unshare", "--net", "sh", "-c", "ip link set lo up && echo ready && exec cat"])
        self.file = f"/proc/{self.process.pid}/ns/net"

    def prefix(self):
        """What makes a command run in there."""
        return ["nsenter", f"--net={self.file}", "--"]

    def run(self, *command):
        done = subprocess.run([*self.prefix(), *map(str, command)], text=True, capture_output=True)
        assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr}"

    @contextlib.contextmanager
    def inside(self):
        """The sockets that this thread makes meanwhile are in there, and stay so."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(self.file, os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(home)
            os.close(there)
            os.close(home)

    def connect(self, *arguments, **kwargs):
        """socket.create_connection() from within."""
        with self.inside():
            return socket.create_connection(*arguments, **kwargs)


class Network:
    """Namespaces around one bridge; host number n has the address 10.77.0.n on its eth0."""

    def __init__(self):
        self.hub = Namespace()
        self.hosts = []
        self._slow = {}
        self.hub.run("ip", "link", "add", "name", "hub", "type", "bridge")
        self.hub.run("ip", "link", "set", "hub", "up")

    def add(self):
        """A new host: its namespace."""
        host = Namespace()
        self.hosts.append(host)
        host.number = len(self.hosts)
        host.address = f"10.77.0.{host.number}"
        self.hub.run("ip", "link", "add", "name", self._port(host), "type", "veth", "peer", "name", "eth0", "netns",
                     host.process.pid)
        self.hub.run("ip", "link", "set", self._port(host), "master", "hub", "up")
        host.run("ip", "addr", "add", f"{host.address}/24", "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        return host

    @staticmethod
    def _port(host):
        return f"port-{host.number}"

    # what may happen to a cable

    def cut(self, host):
        """Nothing passes, and nobody is told."""
        self.hub.run("ip", "link", "set", self._port(host), "down")

    def heal(self, host):
        self.hub.run("ip", "link", "set", self._port(host), "up")

    def part(self, *hosts):
        """These cannot reach each other, but everyone else."""
        for host in hosts:
            self.hub.run("bridge", "link", "set", "dev", self._port(host), "isolated", "on")

    def join(self, *hosts):
        for host in hosts:
            self.hub.run("bridge", "link", "set", "dev", self._port(host), "isolated", "off")

    def slow(self, host, seconds):
        """Everything to and from this host takes that much longer each way, until fast()."""
        far, near, side = f"far-{host.number}", f"near-{host.number}", f"side-{host.number}"
        line = _Helper([*self.hub.prefix(), sys.executable, pathlib.Path(__file__).with_name("delay_line.py"), seconds,
                        far, near])
        self._slow[host] = line
        self.hub.run("ip", "link", "add", "name", side, "type", "bridge")
        for port, bridge in ((self._port(host), side), (far, side), (near, "hub")):
            self.hub.run("ip", "link", "set", port, "master", bridge, "up")
        self.hub.run("ip", "link", "set", side, "up")

    def fast(self, host):
        self._slow.pop(host).close()  # its taps go with it
        self.hub.run("ip", "link", "set", self._port(host), "master", "hub")
        self.hub.run("ip", "link", "del", f"side-{host.number}")

    def close(self):
        for helper in (*self._slow.values(), *self.hosts, self.hub):
            helper.close()
