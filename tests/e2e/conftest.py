"""Fixtures of the black-box tests. A module shares one daemon; each test starts and leaves without calls."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import harness
from sim_peers import node, nodes, sim  # noqa: F401: fixtures of the tests of rollcall sim
from sip_network import KAMAILIOS, Lab, network, sip  # noqa: F401: fixtures of all tests with real SIP
from asterisk_lab import ASTERISKS, AsteriskLab  # that has named its folder

LABS = {"Kamailio": Lab, "Asterisk": AsteriskLab}


def pytest_addoption(parser):
    parser.addoption("--kamailio", choices=KAMAILIOS, default=os.environ.get("KAMAILIO", "own"),
                     help="the Kamailio that tests run which name none: the machine's own, or that of a root which "
                          "scripts/setup --switches makes")
    parser.addoption("--asterisk", choices=ASTERISKS, default=os.environ.get("ASTERISK", "22"),
                     help="the Asterisk of a root which scripts/setup --switches makes")
    parser.addoption("--churn", type=float, default=20, metavar="SECONDS",
                     help="how long random calls are made on each real switch")


def pytest_configure(config):
    # The default of an option is not held to its choices.
    for switch, known in (("kamailio", KAMAILIOS), ("asterisk", ASTERISKS)):
        os.environ[switch.upper()] = chosen = config.getoption(switch)
        if chosen not in known:
            raise pytest.UsageError(f"{switch.upper()}: there is no '{chosen}' among {', '.join(known)}")
    config.addinivalue_line("markers", "slow: takes more than some seconds; left out by scripts/test --quick")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows the end of every daemon's log below a failed test, and keeps which switches it has started."""
    outcome = yield
    report = outcome.get_result()
    for name, lab in LABS.items():
        report.user_properties += [(name, version) for version in sorted(lab.versions)]
        lab.versions.clear()
    if report.failed:
        for daemon in harness.Daemon.running:
            report.sections.append((f"log of {daemon.folder}", daemon.log_text()[-6000:]))


def pytest_terminal_summary(terminalreporter):
    """Says what was skipped, by name, and which switches tests ran against."""
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"skipped {report.nodeid}: {report.longrepr[2].removeprefix('Skipped: ')}")
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    ran = {one for report in reports for one in getattr(report, "user_properties", [])}
    for switch in LABS:
        if versions := sorted(version for name, version in ran if name == switch):
            terminalreporter.write_line(f"ran against {switch} {', '.join(versions)}")


@pytest.fixture(scope="module")
def daemon(request):
    """The daemon of the module. A module's DAEMON, a dict, is handed to it."""
    with harness.Daemon(**getattr(request.module, "DAEMON", {})) as running:
        running.introduce_switches()
        yield running


@pytest.fixture
def switches(daemon):
    """Connects switches by name on demand; afterwards their calls are over and forgotten."""
    connected = {}

    def connect(name="sbc-1", **kwargs):
        connected[name] = daemon.switch(name, **kwargs).connect()
        return connected[name]

    yield connect
    for switch in connected.values():
        if switch.socket is None or switch.closed:
            switch.reconnect()
        else:
            switch.snapshot()
        harness.wait_until(lambda: not [id for id in daemon.everything() if id.startswith(f"{switch.name}:")],
                           what=f"the calls of {switch.name} to be forgotten")
        switch.close()


@pytest.fixture
def switch(switches):
    """sbc-1, connected, without calls."""
    return switches("sbc-1")


@pytest.fixture
def api(daemon):
    """A client in trusted mode."""
    client = daemon.trusted()
    yield client
    client.close()


@pytest.fixture
def root(daemon):
    """The root customer of environment 1, logged in by Digest."""
    client = daemon.login("ssp-root")
    yield client
    client.close()


@pytest.fixture
def reseller(daemon):
    """Customer 2, logged in by Digest."""
    client = daemon.login("reseller")
    yield client
    client.close()


@pytest.fixture
def open_folder():
    """A folder that users without rights can reach, and write to: those of pytest are root's."""
    with tempfile.TemporaryDirectory(prefix="rollcall-open-") as folder:
        os.chmod(folder, 0o777)
        yield pathlib.Path(folder)


@pytest.fixture
def small_disk():
    """A folder on a disk of its own, of 12 MiB, where others than root can go to."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rollcall-small-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", folder], capture_output=True)
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
    folder.rmdir()


@pytest.fixture
def browser(tmp_path):
    """A Chromium without a window, in a folder of its own."""
    webdriver = pytest.importorskip("selenium.webdriver")
    from selenium.webdriver.chrome.service import Service
    if not shutil.which("chromium"):
        pytest.skip("no chromium here; scripts/setup installs it")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'profile'}",
                 "--host-resolver-rules=MAP evil.example 127.0.0.1"):
        options.add_argument(flag)
    running = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    yield running
    running.quit()
