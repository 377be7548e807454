"""scripts/load: each script keeps its promises at a small size, so that it does so at its real one when it is needed."""

import os
import subprocess
import sys

import pytest

from harness import BIN, ROOT

ENVIRONMENT = {**os.environ, "ROLLCALL_BIN": str(BIN)}
SCRIPTS = {
    "steady": ["--calls", "2000", "--rate", "200", "--seconds", "2"],
    "call-storm": ["--rate", "1000", "--seconds", "2"],
    "mass-hang-up": ["--calls", "2000"],
    "poll-storm": ["--calls", "2000", "--rate", "100", "--seconds", "2", "--clients", "70"],
    "slow-readers": ["--calls", "2000", "--rate", "100", "--seconds", "2", "--clients", "40"],
    "overload": ["--seconds", "2"],
    "soak": ["--calls", "1000", "--minutes", "0.03"],
}


def run(script, *options):
    return subprocess.run([ROOT / "scripts" / "load" / script, *options], env=ENVIRONMENT, text=True, capture_output=True,
                          timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_load_script_keeps_its_promises(script):
    done = run(script, *SCRIPTS[script])
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "Every promise was kept." in done.stdout


def test_each_load_script_is_tried_here_and_says_what_it_does():
    assert {file.name for file in (ROOT / "scripts" / "load").iterdir()} == set(SCRIPTS)
    for script in SCRIPTS:
        assert "promises" in run(script, "--help").stdout


def test_a_broken_promise_is_told_and_is_an_exit_code():
    done = subprocess.run([sys.executable, "-c", "import sys; sys.path.insert(0, 'tests/bench')\n"
                           "from suite.load import Promises\n"
                           "promises = Promises()\n"
                           "promises.most('memory', 2, 1, 'MB')\n"
                           "promises.equal('drift', 0, 0)\n"
                           "sys.exit(promises.finish())"], cwd=ROOT, text=True, capture_output=True)
    assert done.returncode == 1 and "1 promises broken: memory" in done.stdout
