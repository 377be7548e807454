"""Real SIP: a snapshot of Kamailio that is not proved to be all of its calls ends none of them."""

import contextlib
import http.server
import pathlib
import subprocess
import tempfile
import threading
import urllib.request

import pytest

from harness import PATIENCE, Daemon, free_port, wait_until
from test_kamailio import OK, SOON, Lab, agreed, await_told, daemon_for, live, ready, standing_still
from test_kamailio_faults import lasting, status

CALLS = 8

#: Kamailio is asked for a sign of life after 5 s, and left when it gives none for 10 s more.
SIGNS_OF_LIFE = 15
DUMP, LIST = "dlg.dump_file over rpc", "dlg.list over rpc"


@pytest.fixture
def lab():
    with Lab() as lab:
        lab.start_kamailio()
        yield lab


def failures(daemon, source, reason):
    return daemon.metrics()[f'rollcall_kamailio_snapshot_failures_total{{source="{source}",reason="{reason}"}}']


def snapshots(daemon, outcome="complete"):
    return daemon.metrics()[f'rollcall_kamailio_snapshots_total{{outcome="{outcome}"}}']


def survive(lab, daemon, source, reasons):
    """Makes calls, waits until that source has failed for one of the reasons and another one has told all, and hangs
    the calls up."""
    callee = lab.start_callee(ring_ms=50)
    caller = lab.start_caller(CALLS, ["801", "821"])
    before = agreed(daemon, lab, CALLS, "Connected")
    failed, complete = sum(failures(daemon, source, each) for each in reasons), snapshots(daemon)
    wait_until(lambda: sum(failures(daemon, source, each) for each in reasons) >= failed + 2
               and snapshots(daemon) >= complete + 2)
    assert lasting(live(daemon)) == lasting(before)
    assert status(daemon) == f"switch {lab.name}: connected, synced, {CALLS} calls, 0 unverified"
    assert f"no snapshot by {source}" in daemon.log_text()
    assert daemon.trusted().disconnectCustomer(i_customer=1) == {**OK, "count": CALLS}
    await_told("Connected", [caller], callee, [CALLS, CALLS])
    agreed(daemon, lab, 0, seconds=SOON)


# --- the file of a dump

@contextlib.contextmanager
def small_disk(free):
    """A folder on a disk of 64 KB of which so many bytes are free."""
    folder = tempfile.mkdtemp(prefix="rollcall-disk-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "none", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no disk can be mounted here")
    try:
        pathlib.Path(folder, "filler").write_bytes(b"x" * (65536 - free))
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("free", [0, 4096])
def test_dumps_on_a_full_disk_end_no_call(free):
    # Mounted before Kamailio starts: a Kamailio in a root sees no later mount.
    with small_disk(free) as folder, Lab() as lab:
        lab.start_kamailio()
        with daemon_for(lab, dump_directory=folder, snapshot_interval="1s") as daemon:
            survive(lab, daemon, DUMP, ["unproved", "cut_short"])
            assert [each.name for each in pathlib.Path(folder).iterdir()] == ["filler"]


class Meddler:
    """Stands between rollcall and Kamailio's RPC, and does something to each dump that Kamailio has written."""

    def __init__(self, lab, meddle):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with urllib.request.urlopen(lab.rpc_url, body) as answer:
                    text = answer.read()
                for dump in lab.dumps.iterdir():
                    meddle(dump)
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/RPC" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def cut(dump, keep):
    lines = dump.read_bytes().splitlines(keepends=True)
    dump.write_bytes(keep(lines))


@pytest.mark.parametrize("keep, reason", [
    pytest.param(lambda lines: b"", "unproved", id="emptied"),
    pytest.param(lambda lines: b"".join(lines[:-1]), "unproved", id="cut at the end of a line"),
    pytest.param(lambda lines: b"".join(lines)[:-20], "cut_short", id="cut in a line"),
])
def test_a_dump_that_lost_its_end_ends_no_call(lab, keep, reason):
    with contextlib.closing(Meddler(lab, lambda dump: cut(dump, keep))) as between, \
            daemon_for(lab, rpc=between.url, dump_directory=str(lab.dumps), snapshot_interval="1s") as daemon:
        survive(lab, daemon, DUMP, [reason])


# --- the RPC address

def test_with_its_rpc_down_kamailio_is_ready_and_verified_by_its_event_socket(lab):
    with daemon_for(lab, rpc=f"http://127.0.0.1:{free_port()}/RPC", snapshot_interval="1s") as daemon:
        ready(daemon)
        survive(lab, daemon, LIST, ["unreachable"])


def test_the_rpc_of_another_kamailio_tells_nothing_of_this_one(lab):
    with Lab("kam-2") as other:
        other.start_kamailio()
        other.start_callee(ring_ms=50)
        other.start_caller(3, ["831"])
        wait_until(lambda: len(other.dialogs()) == 3)
        with daemon_for(lab, rpc=other.rpc_url, snapshot_interval="1s") as daemon:
            survive(lab, daemon, LIST, ["other_run"])
            assert f"switch {lab.name}: no snapshot by {LIST}: it is another Kamailio, or another run of it" \
                in daemon.get("/readyz?verbose").text.splitlines()
        assert len(other.dialogs()) == 3


def test_the_same_kamailio_under_two_names_is_refused_to_the_second(lab):
    switches = [{"name": name, "evapi": lab.evapi, "rpc": lab.rpc_url} for name in ("kam-1", "kam-2")]
    with Daemon(switches={}, config={"kamailio": switches}) as daemon:
        def refused():
            lines = daemon.get("/readyz?verbose").text.splitlines()
            told = [line for line in lines if line.endswith("refused: it is the same process as switch kam-1")
                    or line.endswith("refused: it is the same process as switch kam-2")]
            assert len(told) == 1
            return told[0].split(":")[0].removeprefix("switch ")
        second = wait_until(refused)
        callee = lab.start_callee(ring_ms=50)
        caller = lab.start_caller(CALLS)
        rows = agreed(daemon, lab, CALLS, "Connected", complete=False)
        assert {id.split(":")[0] for id in rows} == {"kam-1", "kam-2"} - {second}
        assert daemon.trusted().disconnectCustomer(i_customer=1) == {**OK, "count": CALLS, "failed": 1}
        await_told("Connected", [caller], callee, [CALLS, CALLS])


# --- Kamailio stands still

def test_the_calls_of_a_kamailio_that_stands_still_are_unverified_until_it_goes_on(lab):
    with daemon_for(lab) as daemon:
        lab.start_callee(ring_ms=50)
        lab.start_caller(CALLS)
        before = agreed(daemon, lab, CALLS, "Connected")
        with standing_still(lab):
            wait_until(lambda: status(daemon).endswith(f"{CALLS} calls, {CALLS} unverified"), SIGNS_OF_LIFE + SOON)
            assert lasting(live(daemon)) == lasting(before)
        after = agreed(daemon, lab, CALLS, "Connected", PATIENCE)
        assert lasting(after) == lasting(before)
        wait_until(lambda: status(daemon).endswith(f"{CALLS} calls, 0 unverified"))


def test_the_clock_of_a_kamailio_is_measured(lab):
    with daemon_for(lab) as daemon:
        name = f'rollcall_switch_clock_offset_seconds{{switch="{lab.name}"}}'
        wait_until(lambda: name in daemon.metrics())
        assert abs(daemon.metrics()[name]) < 2, "it is this machine's"
        assert "its clock" not in daemon.get("/readyz?verbose").text


# --- jsonrpcs as Debian has it

@pytest.mark.parametrize("snapshots_by", ["dlg.dump_file", "dlg.list over rpc", "dlg.list over evapi"])
def test_with_indented_answers_calls_are_listed_and_hung_up_as_fast_as_ever(lab, snapshots_by):
    lab.kill_kamailio()
    lab.start_kamailio(JSON_PRETTY=1)
    settings = {"dlg.dump_file": {"dump_directory": str(lab.dumps)}, "dlg.list over rpc": {},
                "dlg.list over evapi": {"rpc": ""}}[snapshots_by]
    callee = lab.start_callee(ring_ms=50)
    caller = lab.start_caller(CALLS, ["801", "821"])
    wait_until(lambda: [dialog["state"] for dialog in lab.dialogs()] == [4] * CALLS)
    with daemon_for(lab, **settings) as daemon:
        agreed(daemon, lab, CALLS, "Connected")
        assert snapshots(daemon) >= 1 and snapshots(daemon, "failed") == 0
        assert daemon.trusted().disconnectCustomer(i_customer=1) == {**OK, "count": CALLS}
        await_told("Connected", [caller], callee, [CALLS, CALLS])
        agreed(daemon, lab, 0, seconds=SOON)
        metrics = daemon.metrics()
        assert metrics['rollcall_kamailio_frames_total{outcome="bad"}'] == 0
        assert metrics['rollcall_disconnects_total{outcome="retried"}'] == 0
