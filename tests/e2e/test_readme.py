"""The README keeps its word: its tour runs as it stands there, its tables name what is there."""

import os
import pathlib
import re
import subprocess

import pytest

from harness import BIN, free_port

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()


def section(title):
    return README.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.fixture
def checkout(tmp_path):
    """A place that looks like a built checkout: the tour writes into its own folder there, and nowhere else."""
    (tmp_path / "conf").symlink_to(ROOT / "conf")
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "bin").symlink_to(pathlib.Path(BIN).resolve())
    return tmp_path


def test_the_tour_can_be_walked(checkout):
    blocks = re.findall(r"```sh\n(.*?)```", section("A tour in five minutes"), re.S)
    assert len(blocks) == 5
    tour = "".join(blocks)
    for port in ("8080", "9000"):
        tour = tour.replace(port, str(free_port()))
    url = re.search(r"http://127\.0\.0\.1:\d+", tour)[0]
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", "set -m\n" + tour], cwd=checkout, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "ROLLCALL_URL": f"{url}/xmlapi/xmlapi"})
    assert done.returncode == 0, done.stdout + (checkout / "tour" / "rollcalld.log").read_text()
    assert "<name>data</name>" in done.stdout
    assert "switch sbc-1: connected, synced" in done.stdout
    assert re.search(r"^rollcall_tally_drift_total 0$", done.stdout, re.M)


def test_the_table_of_folders_names_each_folder_and_no_other():
    named = set(re.findall(r"^\| `([a-z]+)/` \|", README, re.M))
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    folders = {path.split("/")[0] for path in tracked.splitlines() if "/" in path and not path.startswith(".")}
    assert named == folders


def test_the_scripts_that_the_readme_names_are_there():
    for name in re.findall(r"`?scripts/([a-z-]+)", README):
        assert os.access(ROOT / "scripts" / name, os.X_OK), name
