"""What is one node's alone, its state folder and its audit log, is refused to a second one."""

import contextlib

import pytest

from harness import Daemon, run


def refused(daemon):
    """The reason why this daemon does not start, which is that of a bad configuration."""
    result = run("rollcalld", "--config", daemon.config_file)
    assert result.returncode == 78, result.stderr
    assert result.stderr.splitlines()[-1].startswith(f"{daemon.config_file}:")
    return result.stderr


@pytest.fixture
def pair(tmp_path):
    """pair(config of the second): one daemon that is up, and another one that has its directory file."""
    with contextlib.ExitStack() as ends:
        first = ends.enter_context(Daemon())

        def second(**config):
            return first, Daemon(folder=tmp_path, directory=None, config={
                "node": {"id": "node-b", **config.pop("node", {})}, "directory": {"url": first.config["directory"]["url"]},
                **config})
        yield second


def test_a_second_node_with_the_same_directory_file_is_refused_and_told_whose_the_folder_is(pair):
    first, second = pair()
    reason = refused(second)
    assert f"node.state cannot be shared: the state folder {first.folder} is another rollcalld's" in reason
    assert f"(node-a, process {first.process.pid})" in reason
    assert first.trusted().listAllCalls(i_customer=1) == []


def test_a_check_takes_no_lock_and_minds_none(pair):
    first, second = pair()
    for daemon in (first, second):
        assert run("rollcalld", "--config", daemon.config_file, "--check").returncode == 0
        assert run("rollcall", "config", "check", daemon.config_file).returncode == 0


def test_a_folder_of_its_own_does_not_make_one_audit_log_good_for_two(pair, tmp_path):
    first, second = pair(node={"state": str(tmp_path / "state")})
    assert f"audit.file cannot be shared: the audit log {first.folder}/audit.db is another rollcalld's" in refused(second)


def test_an_audit_log_is_the_same_by_another_path(pair, tmp_path):
    first, _ = pair()
    (tmp_path / "link").symlink_to(first.folder)
    _, second = pair(node={"state": str(tmp_path / "state")}, audit={"file": str(tmp_path / "link" / "audit.db")})
    assert "audit.file cannot be shared" in refused(second)


def test_nodes_with_folder_and_audit_log_of_their_own_share_a_directory_file(pair, tmp_path):
    _, second = pair(node={"state": str(tmp_path / "state")}, audit={"file": str(tmp_path / "audit.db")})
    with second:
        assert second.trusted().listAllCalls(i_customer=1) == []


def test_what_a_killed_daemon_has_left_behind_is_no_lock(tmp_path):
    with Daemon(folder=tmp_path) as daemon:
        daemon.kill()
        assert (tmp_path / "rollcalld.lock").read_text().startswith("node-a, process ")
        daemon.start()
        daemon.stop()
        daemon.start()
