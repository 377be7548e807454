"""A laboratory of real SIP with a real Asterisk in the middle: that of another Debian's root or the machine's own (roots.py),
with the files of tests/sip/asterisk and of conf/asterisk.

    with AsteriskLab() as lab:
        lab.start()
        callee = End("carrier", lab.carrier_port)
        call = Call(End("caller"), lab.sip_port, account="801", callee="15550001").invite()

It listens on free ports of the loopback address and writes below one temporary directory. Standard library only."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile

from ports import free_port
from processes import START_SECONDS, Process, wait_until
from roots import CHECKOUT, PATH, Root, Unavailable
from sipp_ends import SippEnds

FILES = pathlib.Path(__file__).resolve().parent / "asterisk"
CONF = CHECKOUT / "conf" / "asterisk"

#: The Debian that has it, by the version.
ASTERISKS = {"22": "sid", "16": "bullseye"}

#: Each process that shares the tests has its own. Two for each leg that is up.
RTP_PORTS = 1000
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
RTP_FIRST = 12_000 + _WORKER * RTP_PORTS


#: An endpoint of a customer, whose username is its own and its accountcode.
CUSTOMER = """
[{0}](customer)
accountcode = {0}
aors = {0}
[{0}]
type = aor
max_contacts = 1
"""


def own():
    """Where this machine has an Asterisk that is its own; None without."""
    return shutil.which("asterisk", path=PATH)


def of_root(version=None):
    """The root with that version, one of ASTERISKS, by default $ASTERISK."""
    suite = ASTERISKS[version or os.environ.get("ASTERISK", "22")]
    root = Root(suite)
    if not (root.path / "usr/sbin/asterisk").exists():
        raise Unavailable(f"{root} with its Asterisk is missing: scripts/setup --switches {suite}")
    return root


class AsteriskLab(SippEnds):
    """Owns the Asterisk and the directory; stop() (or leaving `with`) ends and removes them. `version`: as of_root() has it.
    `place`: where else it runs, a Root or a Host. `usernames`: of callers besides 801. `rtp_ports`: two for each leg that is
    up. `more`: a folder of files that go behind those of the same name."""

    is_proxy = False

    #: The versions that were started, as "22.10.1".
    versions = set()

    def __init__(self, version=None, name="ast-1", place=None, usernames=(), rtp_ports=RTP_PORTS,
                 more=None):
        super().__init__()
        self.place = place or of_root(version)
        self.name = name
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="rollcall-asterisk-"))
        self.sip_port, self.carrier_port, self.second_port, self.phone_port = (
            free_port(socket.SOCK_DGRAM) for _ in range(4))
        self.ami_port, self.ami_tls_port = free_port(), free_port()
        self.asterisk = None
        for folder in ("etc", "lib", "spool", "run", "log"):
            (self.directory / folder).mkdir()
        words = {"FOLDER": self.directory, "CONF": CONF, "SIP_PORT": self.sip_port, "AMI_PORT": self.ami_port,
                 "AMI_TLS_PORT": self.ami_tls_port, "CARRIER_PORT": self.carrier_port, "SECOND_PORT": self.second_port,
                 "PHONE_PORT": self.phone_port, "RTP_FIRST": RTP_FIRST, "RTP_LAST": RTP_FIRST + rtp_ports - 1,
                 "CUSTOMERS": "".join(map(CUSTOMER.format, usernames))}
        for file in (*FILES.iterdir(), *(more.iterdir() if more else ())):
            text = re.sub("@([A-Z_]+)@", lambda word: str(words[word[1]]), file.read_text())
            with open(self.directory / "etc" / file.name, "a") as whole:
                whole.write(text)
        self.certificate = self._make_certificate("IP:127.0.0.1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def callee_port(self):
        """Where what is dialled with a 1 goes to."""
        return self.carrier_port

    @property
    def ami(self):
        return f"127.0.0.1:{self.ami_port}"

    @property
    def ami_tls(self):
        return f"127.0.0.1:{self.ami_tls_port}"

    def _make_certificate(self, hosts):
        """What its manager interface shows: self-signed, so that it is verified by itself."""
        certificate = self.directory / "etc/ami.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", certificate.with_suffix(".key"), "-out", certificate, "-days", "2", "-subj", "/CN=lab",
                        "-addext", f"subjectAltName={hosts}"], check=True, capture_output=True)
        return certificate

    def _command(self, *arguments):
        return self.place.command("asterisk", "-C", self.directory / "etc/asterisk.conf", *arguments, folder=self.directory)

    def start(self):
        """Starts it and waits until it serves. After kill() this is a restart on the same ports."""
        self.asterisk = Process(self._command("-f"), self.directory / "asterisk.log", self.directory)

        def serves():
            if not self.asterisk.alive():
                raise RuntimeError("asterisk did not start:\n" + self.log()[-4000:])
            with contextlib.suppress(OSError):
                return "System uptime" in self.cli("core show uptime") and "udp" in self.cli("pjsip show transports") \
                    and re.search(r"\d+(\.\d+)+", self.version())
            return None

        # A query may be cut short while it is still starting: each is asked for until it is answered whole.
        version = wait_until(serves, 3 * START_SECONDS, "asterisk", interval=0.2)
        self.versions.add(version[0])
        return self.asterisk

    def kill(self):
        """kill -9: no goodbye to anybody."""
        self.asterisk.kill()

    def cli(self, command):
        return subprocess.run(self._command("-rx", command), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=START_SECONDS).stdout

    def channels(self):
        """Asterisk's own truth: the names of its channels."""
        lines = self.cli("core show channels concise").splitlines()
        return [line.split("!")[0] for line in lines if "!" in line]

    def version(self):
        return self.cli("core show version").split(" built ")[0]

    def log(self):
        files = [self.directory / "asterisk.log", self.directory / "log/messages"]
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def stop(self):
        self.stop_ends()
        if self.asterisk:
            self.asterisk.kill()
        shutil.rmtree(self.directory, ignore_errors=True)
