"""scripts/cluster-up: what it shows happens."""

import os
import signal
import subprocess

from harness import BIN, ROOT

ENVIRONMENT = {**os.environ, "ROLLCALL_BIN": str(BIN)}  # built already: nothing is installed nor built


def test_the_demonstration_of_a_cluster_does_what_it_says():
    done = subprocess.run([ROOT / "scripts" / "cluster-up", "--demo"], env=ENVIRONMENT, text=True, capture_output=True,
                          timeout=120)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "node node-b: missing" in done.stdout and "Everything did what it said" in done.stdout


def test_the_cluster_stays_up_until_it_is_interrupted():
    def hears_interrupts():
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell has what it starts in the background ignore them

    with subprocess.Popen([ROOT / "scripts" / "cluster-up"], env=ENVIRONMENT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, preexec_fn=hears_interrupts) as running:
        try:
            lines = []
            while not lines or "disconnect customer" not in lines[-1]:
                lines.append(running.stdout.readline())
                assert lines[-1], "it ended: " + "".join(lines)
            running.send_signal(signal.SIGINT)
            assert running.wait(30) == 0
        finally:
            running.kill()
    assert any("node-c: http://127.0.0.1:" in line for line in lines)
