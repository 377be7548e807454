"""Programs that run while a laboratory does: SIPp, which counts what really arrives at its end, and others."""

import contextlib
import csv
import os
import pathlib
import re
import signal
import subprocess
import time

START_SECONDS = 10
STOP_SECONDS = 5


def wait_until(condition, seconds, what, interval=0.02):
    """Calls `condition` until it is true, and returns what it gave; TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(interval)


class Process:
    """A program in a process group of its own, with its output in a file."""

    def __init__(self, command, log, directory, **options):
        self.log = pathlib.Path(log)
        with open(self.log, "ab") as output:
            self.popen = subprocess.Popen(
                command, cwd=directory, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True, **options)

    def alive(self):
        return self.popen.poll() is None

    def kill(self, number=signal.SIGKILL):
        """Signals the whole group and waits until none of it is left, nor holds a port."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.popen.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        wait_until(self._is_gone, STOP_SECONDS, f"the end of all processes of {self.log.stem}")

    def _is_gone(self):
        try:
            os.killpg(self.popen.pid, 0)
        except ProcessLookupError:
            return True
        return False


class Sipp(Process):
    """One SIPp: its own counts say what really arrived at this end."""

    def __init__(self, name, command, directory):
        self.counts_file = directory / f"{name}-counts.csv"
        self.screen_file = directory / f"{name}-screen.log"
        command = command + [
            "-trace_counts", "-fd", "1", "-nostdin", "-trace_err", "-error_file", str(directory / f"{name}-errors.log"),
            "-trace_screen", "-screen_file", str(self.screen_file)]
        # SIPp names the file of counts itself, after the scenario and its own process.
        super().__init__(command, directory / f"{name}.log", directory)
        self._stem = name
        self._directory = directory

    def _newest_row(self):
        files = list(self._directory.glob(f"{self._stem}_{self.popen.pid}_counts.csv"))
        if not files:
            return {}
        whole = files[0].read_text().rpartition("\n")[0]  # without the row that it is writing
        rows = list(csv.DictReader(whole.splitlines(), delimiter=";"))
        return rows[-1] if rows else {}

    def counts(self):
        """The newest row of counts (SIPp writes one each second): {'3_BYE_Recv': 10, ...}."""
        return {k: int(v) for k, v in self._newest_row().items() if k and v and v.isdigit()}

    def take_stock(self):
        """Waits for a row of counts that has whatever has arrived by now."""
        now = time.time()

        def is_newer():
            written = self._newest_row().get("CurrentTime") or "0"
            return not self.alive() or float(written.split("\t")[-1]) > now

        wait_until(is_newer, START_SECONDS, f"a new row of counts of {self._stem}")

    def count(self, message, what):
        """How many `message` ("BYE", "603", ...) this end has sent or received: `what` is "Sent" or "Recv"."""
        pattern = re.compile(rf"^\d+_{message}_{what}$")
        return sum(v for k, v in self.counts().items() if pattern.match(k))

    def finish(self, seconds):
        """Waits until it has made all its calls. Returns its exit code: 0 when each of them went as planned."""
        return self.popen.wait(seconds)
