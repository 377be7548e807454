"""`rollcall top` on a terminal: keys, a server that stands still, and ctrl-Z (operations, 7)."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios

import pytest

from harness import BIN, PASSWORDS, wait_until

OWN_PAGE, PAGE_BEFORE = "\x1b[?1049h", "\x1b[?1049l"


class Terminal:
    """`rollcall top` on a terminal of its own, and the person who sits at it."""

    def __init__(self, daemon, *arguments, columns=80, **environment):
        self.person, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            [BIN / "rollcall", "top", *arguments], stdin=terminal, stdout=terminal, stderr=terminal,
            preexec_fn=own_terminal,
            env={**os.environ, "ROLLCALL_URL": f"http://127.0.0.1:{daemon.http_port}/xmlapi", **environment})
        os.close(terminal)
        self.seen = ""

    def press(self, keys):
        os.write(self.person, keys.encode())

    def shows(self, pattern):
        """Waits until what was written since the last match matches."""
        def look():
            while select.select([self.person], [], [], 0)[0]:
                try:
                    self.seen += os.read(self.person, 65536).decode(errors="replace")
                except OSError:
                    break
            return re.search(pattern, self.seen)
        match = wait_until(look, what=f"{pattern} on the terminal")
        self.seen = self.seen[match.end():]
        return match

    def quit(self):
        """Presses q until it has ended: a lone escape and the q behind it are two keys only with a pause between."""
        def ended():
            with contextlib.suppress(OSError):
                self.press("q")
            return self.process.poll() is not None
        wait_until(ended, what="the end of top")
        return self.process.wait()

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.person)


@pytest.fixture
def top(daemon):
    with contextlib.ExitStack() as opened:
        def top(*arguments, **environment):
            terminal = Terminal(daemon, *arguments, **environment)
            opened.callback(terminal.close)
            return terminal
        yield top


@pytest.fixture
def stalled(daemon):
    """The daemon stands still until the end of the test."""
    def stall():
        daemon.signal(signal.SIGSTOP)
    yield stall
    daemon.signal(signal.SIGCONT)


@pytest.mark.parametrize("keys", ["\x1b[A", "\x1b[1;5q", "\x1bOq", "\x1bq", "\x1b", "\x1b[<0;1;1M", "\x1b]11;q\x07",
                                  "\x1b[200~", "x", "\x04"])
def test_only_q_quits_and_no_escape_sequence_does(top, switch, keys):
    page = top("--interval", "100ms")
    page.shows("0 active calls")
    page.press(keys)
    switch.start(i_account=11)
    page.shows("1 active calls")  # goes on
    assert page.process.poll() is None
    assert page.quit() == 0
    page.shows(re.escape(PAGE_BEFORE))


def test_figures_of_a_server_that_stands_still_are_called_stale_and_q_does_not_wait_for_it(top, stalled):
    page = top("--timeout", "10m")
    page.shows("0 active calls")
    stalled()
    page.shows(r"STALE: no answer from the server for \d+ s; these figures are \d+ s old")
    page.press("q")
    assert page.process.wait(20) == 0  # far less than the request may take


def test_a_server_that_never_answers_is_told_of_and_left_by_q(top, stalled):
    stalled()
    page = top("--timeout", "10m")
    page.shows("STALE: no answer from the server for")
    page.press("q")
    assert page.process.wait(20) == 0


def test_figures_are_live_again_when_the_server_is(daemon, top, stalled, switch):
    page = top("--timeout", "10m", "--interval", "100ms")
    page.shows("0 active calls")
    stalled()
    page.shows("STALE")
    daemon.signal(signal.SIGCONT)
    switch.start(i_account=11)
    page.shows(r"\x1b\[2J(?!STALE)[^\x1b]*1 active calls")


def test_ctrl_z_gives_the_terminal_back_and_fg_draws_again(top):
    page = top()
    page.shows(re.escape(OWN_PAGE))
    page.shows("0 active calls")
    page.press("\x1a")
    page.shows(re.escape(PAGE_BEFORE))
    wait_until(lambda: os.waitpid(page.process.pid, os.WUNTRACED | os.WNOHANG)[1], what="the stop")
    assert termios.tcgetattr(page.person)[3] & (termios.ICANON | termios.ECHO)
    page.process.send_signal(signal.SIGCONT)
    page.shows(re.escape(OWN_PAGE))
    page.shows("0 active calls")
    page.press("q")
    assert page.process.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_puts_the_terminal_back(top, number):
    page = top()
    page.shows("0 active calls")
    page.process.send_signal(number)
    page.shows(re.escape(PAGE_BEFORE))
    assert page.process.wait(20) == 0


def test_a_wrong_password_ends_it_at_once(top):
    page = top("--user", "ssp-root", ROLLCALL_PASSWORD="wrong")
    page.shows("wants a user and a password")
    assert page.process.wait(20) == 4


def test_a_reseller_sees_its_own_tree_and_whose_it_is(top, switch):
    switch.start(i_account=21)
    switch.start(i_account=31)
    switch.start(i_account=11)
    page = top("--user", "reseller", "--interval", "100ms", ROLLCALL_PASSWORD=PASSWORDS["reseller"])
    page.shows(r"2 active calls, 2 connected, 2 accounts of login reseller and its subcustomers")


def test_a_line_is_cut_to_the_width_of_the_terminal(top):
    page = top("--interval", "100ms", columns=20)
    page.shows("0 active calls, 0 c…")


def test_it_runs_on_the_stream_of_events(top, daemon, switch):
    switch.start(i_account=11)
    page = top("--interval", "100ms")
    page.shows("1 active calls")
    wait_until(lambda: daemon.metrics()["rollcall_events_streams"] == 1, what="this stream alone")
    page.quit()
    wait_until(lambda: daemon.metrics()["rollcall_events_streams"] == 0, what="the end of the stream")


def test_it_goes_on_when_the_server_was_started_again(top, daemon, switch):
    switch.start(i_account=11)
    page = top("--interval", "100ms")
    page.shows("1 active calls")
    daemon.kill()
    page.shows("STALE: ")
    daemon.start()
    page.shows(r"\x1b\[2J(?!STALE)[^\x1b]*0 active calls")
