"""The README and the pages in docs/ keep their word: their commands run as they stand there."""

import os
import pathlib
import re
import subprocess

import pytest

from harness import BIN, free_port
from postgres import Postgres

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()
PAGES = ["api", "command-line", "configuration", "control", "directory", "events", "operating"]


def blocks(text):
    """The commands of a page."""
    return re.findall(r"```sh\n(.*?)```", text, re.S)


def tour():
    return blocks(README.split("\n## The first ten minutes\n", 1)[1].split("\n## ", 1)[0])


@pytest.fixture
def checkout(tmp_path):
    """A place that looks like a built checkout: the tour writes into its own folder there, and nowhere else."""
    (tmp_path / "conf").symlink_to(ROOT / "conf")
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "bin").symlink_to(pathlib.Path(BIN).resolve())
    return tmp_path


def walk(commands, checkout):
    """Runs blocks of commands in one shell, on ports of their own; returns what they print."""
    script = "".join(commands)
    ports = {port: str(free_port()) for port in ("8080", "9000")}
    for port, ours in ports.items():
        script = script.replace(port, ours)
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=checkout, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "ROLLCALL_URL": f"http://127.0.0.1:{ports['8080']}/xmlapi/xmlapi"})
    assert done.returncode == 0, done.stdout + (checkout / "tour" / "rollcalld.log").read_text()
    return done.stdout


def test_the_readme_is_short():
    assert len(README.splitlines()) < 200


def test_the_tour_can_be_walked(checkout):
    assert len(tour()) == 5
    said = walk(tour(), checkout)
    assert "<name>data</name>" in said
    assert "switch sbc-1: connected, synced" in said
    assert re.search(r"^rollcall_tally_drift_total 0$", said, re.M)


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_go_with_the_tour(page, checkout):
    commands = blocks((ROOT / "docs" / f"{page}.md").read_text())
    assert commands
    database = "postgresql://rollcall@db.example/rollcall"
    if not any(database in block for block in commands):
        walk([*tour()[:2], *commands, tour()[-1]], checkout)
        return
    server = Postgres()
    try:
        walk([*tour()[:2], *(block.replace(database, server.url) for block in commands), tour()[-1]], checkout)
    finally:
        server.close()


def test_no_page_with_commands_is_left_out():
    with_commands = {page.stem for page in (ROOT / "docs").glob("*.md") if blocks(page.read_text())}
    assert with_commands - {"performance"} == set(PAGES)
