"""What the pages in docs/ state is what the programs do: methods, keys, metrics, exit codes, links, the feed's session."""

import json
import os
import pathlib
import re
import socket
import subprocess

import pytest

from harness import Daemon, make_certificate, run, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = {path.relative_to(ROOT): path.read_text() for path in
         [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/decisions").glob("*.md")]}
DOCS = {path: text for path, text in PAGES.items() if "decisions" not in path.parts}


def page(name):
    return PAGES[pathlib.Path("docs") / f"{name}.md"]


def section(text, title):
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(text):
    """The cells of each row of the one table in a text, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]


def code(text):
    return re.findall(r"`([^`]+)`", text)


def slugs(text):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", PAGES[path], flags=re.S)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        to = (ROOT / path.parent / file).resolve() if file else ROOT / path
        assert to.exists(), target
        assert not anchor or anchor in slugs(to.read_text()), target


def test_the_table_of_folders_names_each_folder_and_no_other():
    named = set(re.findall(r"^\| `([a-z]+)/` \|", PAGES[pathlib.Path("README.md")], re.M))
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    folders = {path.split("/")[0] for path in tracked.splitlines() if "/" in path and not path.startswith(".")}
    assert named == folders


def test_the_scripts_that_are_named_are_there():
    for path, text in DOCS.items():
        for name in re.findall(r"scripts/([a-z-]+)", text):
            assert os.access(ROOT / "scripts" / name, os.X_OK), (path, name)


def test_every_page_is_named_by_the_readme():
    for path in DOCS:
        if path.name != "README.md":
            assert f"({path})" in PAGES[pathlib.Path("README.md")], path


def test_the_table_of_methods_has_each_method_with_its_parameters():
    table = {}
    for first, parameters, _ in rows(section(page("api"), "Methods")):
        table.update(dict.fromkeys(code(first), code(parameters)))
    with Daemon() as daemon:
        api = daemon.trusted()
        assert set(table) == set(api.call("system.listMethods"))
        for method, parameters in table.items():
            told = api.call("system.methodHelp", method)
            for parameter in parameters:
                assert re.search(rf"\b{parameter}\b", told), (method, parameter)


def test_the_table_of_exit_codes_is_that_of_the_help():
    told = run("rollcall", "--help").stdout.split("Exit codes:\n", 1)[1]
    table = rows(section(page("command-line"), "Exit codes"))
    assert [f"  {code}  {meaning}" for code, meaning in table] == told.rstrip().splitlines()


def test_the_keys_that_are_named_are_in_the_example_of_the_configuration():
    keys, table = set(), ""
    for line in (ROOT / "conf/rollcalld.toml").read_text().splitlines():
        if head := re.match(r"#?\[+([a-z_.]+)\]+$", line):
            table = head[1]
        elif key := re.match(r"#?([a-z_]+) = ", line):
            keys.add((table, key[1]))
    for path, text in DOCS.items():
        for table, key in re.findall(r"`\[+([a-z_.]+)\]+ ([a-z_]+)", text):
            assert (table, key) in keys, (path, table, key)


def test_the_metrics_that_are_named_are_served():
    places = [*(ROOT / "transport/metrics").glob("*.cpp"), *(ROOT / "transport/switches").glob("*/metrics.cpp")]
    source = "".join(path.read_text() for path in places)
    for path, text in DOCS.items():
        for name in re.findall(r"`(rollcall_[a-z_]+)`", text):
            assert f'"{name}"' in source or name == "rollcall_directory", (path, name)  # the latter is a channel of PostgreSQL


@pytest.mark.parametrize("name", ["asterisk", "cluster", "kamailio"])
def test_the_configuration_of_a_page_is_good(name, tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", page(name), re.S)
    certificate, key = make_certificate(tmp_path, "node-a")[:2]
    for file, ours in (("node-a.crt", certificate), ("node-a.key", key), ("nodes-ca.crt", certificate)):
        text = text.replace(f"/etc/rollcall/{file}", str(ours))
    file = tmp_path / "rollcalld.toml"
    file.write_text(f'{text}\n[directory]\nurl = "sqlite://{tmp_path}/directory.db"\n')
    result = run("rollcall", "config", "check", file)
    assert result.returncode == 0, result.stderr


def test_the_session_of_the_feed_can_be_had():
    (session,) = re.findall(r"```feed\n(.*?)```", page("feed"), re.S)
    directory = json.loads((ROOT / "conf/directory.json").read_text())
    with Daemon(directory=directory, config={
            "node": {"id": "node-a"}, "feed": {"switch": [{"name": "sbc-1", "secret": "…", "i_environment": 1}]}}) as daemon, \
            socket.create_connection(("127.0.0.1", daemon.feed_port), timeout=10) as switch:
        lines = switch.makefile("r", encoding="utf-8")
        for line in session.splitlines():
            who, said = line.split(" ", 1)
            if who == ">":
                switch.sendall(f"{said}\n".encode())
                continue
            said = json.loads(said)
            if said["type"] == "disconnect":
                wait_until(lambda: said["id"] in daemon.trusted().ids(i_customer=1))
                assert daemon.trusted().call("disconnectCall", {"ID": f"sbc-1:{said['id']}"}) == {"result": "OK"}
            assert json.loads(lines.readline()) == said
        wait_until(lambda: daemon.trusted().ids("listActiveCalls", i_customer=1) == ["960"])
