"""`rollcall watch`: the stream for people and scripts (events.md, 3)."""

import json
import signal
import subprocess
import threading

import pytest

from harness import BIN, Daemon, wait_until


class Watch:
    """`rollcall watch` as it runs: the lines that it has written so far."""

    def __init__(self, daemon, *arguments):
        self.out, self.err = [], []
        self.process = subprocess.Popen(
            [BIN / "rollcall", "watch", "--url", f"http://127.0.0.1:{daemon.http_port}/xmlapi", *arguments], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for pipe, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            threading.Thread(target=lambda pipe=pipe, lines=lines: lines.extend(iter(pipe.readline, "")), daemon=True).start()

    def says(self, *words, lines=None):
        lines = self.out if lines is None else lines
        return wait_until(lambda: next((line for line in list(lines) if all(word in line for word in words)), None),
                          what=f"a line with {words}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def test_it_tells_calls_as_they_come_and_end(daemon, switch):
    first = switch.start("Connected", i_account=11, cli="4420", cld="4930")
    with Watch(daemon, "--cld", "49*") as watch:
        watch.says("call", f"sbc-1:{first}", "Connected", "4420 -> 4930")
        watch.says("synced", "1 calls")
        switch.start("Connected", i_account=11, cld="1")
        second = switch.start("ARComplete", i_account=11, cld="4931")
        watch.says("call", f"sbc-1:{second}", "ARComplete")
        switch.end(second)
        watch.says("end", f"sbc-1:{second}")
        assert not [line for line in watch.out if "-> 1 " in line]


def test_json_is_the_messages_as_they_come(daemon, switch):
    with Watch(daemon, "--json") as watch:
        watch.says('"type":"synced"')
        switch.start("Connected", i_account=11)
        watch.says('"type":"call"')
        messages = [json.loads(line) for line in watch.out]
        assert [message["n"] for message in messages] == list(range(1, len(messages) + 1))


def test_it_goes_on_after_a_lost_connection_and_says_when_everything_begins_anew(tmp_path):
    with Daemon() as daemon:
        with daemon.switch("sbc-1") as switch, Watch(daemon) as watch:
            watch.says("synced")
            daemon.signal(signal.SIGSTOP)
            watch.says("STALE", lines=watch.err)
            daemon.signal(signal.SIGCONT)
            id = switch.start("Connected", i_account=11)
            watch.says("call", f"sbc-1:{id}")
            assert not [line for line in watch.out if "reset" in line]
            daemon.kill()
            watch.says("going on", lines=watch.err)
            daemon.start()
            watch.says("reset   of all calls")


def test_a_wrong_filter_ends_it_with_the_reason(daemon):
    with Watch(daemon, "--state", "Dead") as watch:
        assert watch.process.wait(20) == 1
        watch.says("cc_state", lines=watch.err)


@pytest.mark.parametrize("arguments", [["--min-age", "1s"]])
def test_what_a_stream_cannot_select_by_is_told(daemon, arguments):
    with Watch(daemon, *arguments) as watch:
        assert watch.process.wait(20) in (1, 2)
        watch.says("min", lines=watch.err)
