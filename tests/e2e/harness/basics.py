"""What every test needs: waiting, free ports, the programs, certificates.

Nothing here sleeps for a guess: wait_until() polls for what is expected.
"""

import contextlib
import itertools
import os
import pathlib
import random
import socket
import ssl
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("ROLLCALL_BIN", ROOT / "build" / "release" / "bin")).resolve()

#: How long anything that must happen may take, in seconds. Far above what it takes, for loaded machines.
PATIENCE = 15.0


def wait_until(predicate, seconds=PATIENCE, what=None):
    """Polls until predicate() is true and returns its value; fails after `seconds`, showing its last value.

    An AssertionError inside the predicate counts as false, so that a predicate may assert what it expects, and so does a
    LookupError: a row or a counter that is not there yet is what is waited for.
    """
    deadline = time.monotonic() + seconds
    pause = 0.001
    while True:
        try:
            value = predicate()
            trouble = f"last value: {value!r:.2000}"
        except (AssertionError, LookupError) as error:
            value, trouble = None, repr(error)
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or predicate.__name__}; {trouble}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


#: Below those that Linux gives to outgoing connections: such a one would keep a daemon from coming back to its port, or
#: meet itself where nobody listens. Processes that share the tests have each their own, so that none takes what another has
#: found free and not yet used; and none is found twice in a row, for that reason. The odd ones are those of tests/sip/lab.py.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
PORTS = range(20000 + _WORKER * 1596, 20000 + (_WORKER + 1) * 1596, 2)
_ports = itertools.islice(itertools.cycle(PORTS), random.SystemRandom().randrange(len(PORTS)), None)


def free_port():
    """A port that nobody uses just now."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", next(_ports)))
            return probe.getsockname()[1]


def run(*arguments, **kwargs):
    """Runs one of our programs to its end: run("rollcall", "stats", …)."""
    program, *rest = map(str, arguments)
    return subprocess.run([BIN / program, *rest], text=True, capture_output=True, timeout=60, **kwargs)


def make_certificate(folder, name, *, ca=None):
    """A key and a certificate for localhost: self-signed, or signed by the (certificate, key) of `ca`."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-keyout", key, "-out", certificate, "-days", "2", "-subj", f"/CN={name}",
               "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
               "-addext", "keyUsage=digitalSignature,keyCertSign"]  # strict clients want it of an authority
    if ca:
        command += ["-CA", ca[0], "-CAkey", ca[1]]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def client_context(ca, certificate=None):
    """A TLS context that trusts `ca` only, with a (certificate, key) of our own when given."""
    context = ssl.create_default_context(cafile=str(ca))
    if certificate:
        context.load_cert_chain(*map(str, certificate))
    return context
