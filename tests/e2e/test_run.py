"""scripts/run: what it shows happens, with each switch."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

from harness import BIN, ROOT

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sip"))
import asterisk_lab  # noqa: E402
from lab import available  # noqa: E402

ENVIRONMENT = {**os.environ, "ROLLCALL_BIN": str(BIN)}  # built already: nothing is installed nor built
CALLS = 12


def needs(switch):
    if switch == "kamailio" and not available():
        pytest.skip("no kamailio or sipp, which scripts/setup installs")
    if switch == "asterisk" and not asterisk_lab.own():
        asterisk_lab.of_root("22").command()  # skips where there is none


def command(*options):
    return [sys.executable, ROOT / "scripts" / "demonstration.py", *options]


def shown(*options, **environment):
    done = subprocess.run(command(*options), env={**ENVIRONMENT, **environment}, text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Everything did what it said" in done.stdout
    return done.stdout


def test_a_simulated_switch_shows_the_story():
    said = shown("--sim")
    assert len(re.findall(r"^\d+ gone, \d+ left, and new ones come\.$", said, re.M)) == 3


@pytest.mark.parametrize(("switch", "version"), [("kamailio", r"^Kamailio \d+\.\d+"),
                                                 ("asterisk", r"^Asterisk \d+\.\d+\S*, of (the root of sid|this machine)$")])
def test_a_real_switch_shows_the_story_and_its_own_count_agrees(switch, version):
    needs(switch)
    said = shown("--switch", switch)
    assert re.search(version, said, re.M)
    assert "listActiveCalls" in said and "rollcall stats" in said
    steps = re.findall(r"^(\d+) gone, (\d+) left\.\n"
                       r"The SIP ends have received (\d+) BYE at the callers and (\d+) at the callee\.\n"
                       rf"{switch.capitalize()} itself has (\d+) calls left\.$", said, re.M)
    assert len(steps) == 3, said
    before = CALLS
    for gone, left, at_callers, at_callee, own in (map(int, step) for step in steps):
        assert left == own == before - gone and gone == at_callers == at_callee > 0
        before = left


def test_an_asterisk_that_the_machine_has_comes_before_that_of_a_root(tmp_path):
    """The machine's own is one by that name which is found first; what it starts is the root's."""
    needs("asterisk")
    if asterisk_lab.own():
        pytest.skip("this machine has one")
    enter = asterisk_lab.of_root("22").command("/usr/sbin/asterisk", folder=".")
    words = " ".join("'" + word.replace("'", "'\\''") + "'" for word in enter).replace("'.'", '"$PWD"')
    program = tmp_path / "asterisk"
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    program.chmod(0o755)
    said = shown("--switch", "asterisk", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert re.search(r"^Asterisk \S+, of this machine$", said, re.M)


@pytest.mark.parametrize("options", [["--sim"], ["--switch", "asterisk"]], ids=["sim", "asterisk"])
def test_it_stays_until_it_is_interrupted(options):
    if "asterisk" in options:
        needs("asterisk")

    def hears_interrupts():
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell has what it starts in the background ignore them

    with subprocess.Popen(command(*options, "--stay"), env=ENVIRONMENT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, preexec_fn=hears_interrupts) as running:
        try:
            lines = []
            while not lines or not lines[-1].endswith("/rollcall calls\n"):
                lines.append(running.stdout.readline())
                assert lines[-1], "it ended: " + "".join(lines)
            words = dict(re.findall(r"(ROLLCALL_\w+)=(\S+)", lines[-2]))
            told = subprocess.run([BIN / "rollcall", "calls", "--active", "--csv"], env={**ENVIRONMENT, **words}, text=True,
                                  capture_output=True)
            assert told.returncode == 0 and len(told.stdout.splitlines()) > 1, told
            running.send_signal(signal.SIGINT)
            assert running.wait(30) == 0
        finally:
            running.kill()


# --- scripts/run itself, as far as it goes before it installs anything

def run(*options, **how):
    return subprocess.run([ROOT / "scripts" / "run", *options], text=True, capture_output=True, timeout=30, **how)


@pytest.mark.parametrize("options", [["--switch"], ["--switch", "freeswitch"], ["--sim", "--switch", "asterisk"], ["--simulated"]])
def test_what_makes_no_sense_is_refused(options):
    done = run(*options)
    assert done.returncode == 1 and "usage: scripts/run [--switch kamailio|asterisk | --sim] [--stay]" in done.stderr


def test_who_cannot_have_an_asterisk_is_told_at_once():
    if asterisk_lab.own() or os.getuid() != 0:
        pytest.skip("only where root finds no asterisk on the machine")
    done = run("--switch", "asterisk", user=65534, group=65534, extra_groups=[])
    assert done.returncode == 1 and "this machine has no Asterisk, and only root can" in done.stderr


def test_the_readme_names_options_that_there_are():
    told = run("--help").stdout
    named = set(re.findall(r"`scripts/run ([^`]+)`", (ROOT / "README.md").read_text()))
    assert {"--stay", "--sim", "--switch asterisk"} <= named
    assert all(option in told for option in named)
