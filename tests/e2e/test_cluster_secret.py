"""The cluster's secret, by which nodes know each other's nonces: configured, or made by a node and kept (contract, 2 and 4.1)."""

import json
import re
import stat
import xmlrpc.client

import pytest

from cluster import SWITCHES, Cluster, Node
from harness import PATIENCE, Api, Daemon, authorization, run, wait_until

CALL = xmlrpc.client.dumps((), "system.listMethods")
NEXT = "the next thirty-two bytes of the nodes"


def ask(node, header=None):
    """One request from an address that is not trusted."""
    api = Api(node.http_port, source="127.0.0.2")
    try:
        return api.post(CALL, {"Authorization": header} if header else None)
    finally:
        api.close()


def challenge_of(node):
    (challenge,) = ask(node).challenges()
    return challenge


class Nonce:
    """A nonce that this node has given, as a client uses it here and there: each time with another count."""

    def __init__(self, node):
        self.challenge, self.count = challenge_of(node), 0

    def use(self, node):
        self.count += 1
        return ask(node, authorization(self.challenge, "ssp-root", "secret", nc=self.count))

    def is_good(self, node):
        return self.use(node).status == 200

    def is_stale(self, node):
        answer = self.use(node)
        return answer.status == 401 and all(c.get("stale", "").lower() == "true" for c in answer.challenges())


def file_of(node):
    return node.folder / "secret.json"


def kept(node):
    return json.loads(file_of(node).read_text())


def started_anew(node):
    """What the node logs while it starts."""
    before = len(node.log_text())
    node.start()
    return node.log_text()[before:]


# --- one node

@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_nonce_of_before_a_restart_is_good(end):
    with Daemon() as daemon:
        nonce = Nonce(daemon)
        getattr(daemon, end)()
        daemon.start()
        assert nonce.is_good(daemon)


def test_the_secret_is_for_its_owner_alone_and_in_no_log_and_on_no_page():
    with Daemon(config={"log": {"level": "trace"}}) as daemon:
        assert Nonce(daemon).is_good(daemon)
        assert stat.S_IMODE(file_of(daemon).stat().st_mode) == 0o600
        secret = kept(daemon)["secret"]
        assert len(bytes.fromhex(secret)) == 32 and kept(daemon)["origin"] == "node-a"
        for text in (daemon.log_text(), daemon.get("/metrics").text, daemon.get("/readyz?verbose").text):
            assert secret not in text.lower()


def test_a_secret_that_others_could_read_is_told_and_closed_to_them():
    with Daemon() as daemon:
        daemon.stop()
        file_of(daemon).chmod(0o644)
        assert "could be read or written by others" in started_anew(daemon)
        assert stat.S_IMODE(file_of(daemon).stat().st_mode) == 0o600


def damaged(text):
    """Texts that are no secret.json, made of one that is."""
    content = json.loads(text)
    yield ""
    yield text[:len(text) // 2]
    yield "null"
    yield text + text
    yield "x" * 100_000
    for wrong in ({"secret": ""}, {"secret": content["secret"][:30]}, {"secret": "zz" * 32}, {"secret": 7},
                  {"origin": ""}, {"origin": "a b"}, {"made": "now"}, {"former": {}}, {"former": [{"secret": ""}]}):
        yield json.dumps(content | wrong)
    for missing in content:
        yield json.dumps({name: value for name, value in content.items() if name != missing})


def test_a_damaged_secret_is_told_in_the_log_and_another_one_takes_its_place():
    with Daemon() as daemon:
        for text in damaged(file_of(daemon).read_text()):
            nonce, before = Nonce(daemon), kept(daemon)["secret"]
            daemon.kill()
            file_of(daemon).write_text(text)
            log = started_anew(daemon)
            assert re.search(r"error.*secret\.json cannot be used, the node makes another secret", log), (text, log)
            assert before not in log
            assert nonce.is_stale(daemon) and Nonce(daemon).is_good(daemon), text
            assert len(bytes.fromhex(kept(daemon)["secret"])) == 32 and kept(daemon)["secret"] != before, text


def test_where_the_secret_cannot_be_kept_the_node_serves_and_keeps_it_once_it_can():
    with Daemon(config={"node": {"state": "blocked/state"}}) as daemon:
        daemon.stop()
        kept_files = list((daemon.folder / "blocked" / "state").iterdir())
        assert {"secret.json", "rollcalld.lock"} <= {file.name for file in kept_files}
        for file in kept_files:
            file.unlink()
        (daemon.folder / "blocked" / "state").rmdir()
        (daemon.folder / "blocked").rmdir()
        (daemon.folder / "blocked").write_text("")
        assert re.search(r"error.*secret\.json cannot be written, a restart will have another secret",
                         started_anew(daemon))
        nonce = Nonce(daemon)
        assert nonce.is_good(daemon)
        (daemon.folder / "blocked").unlink()
        assert "not reloaded" not in daemon.reload()
        wait_until(lambda: (daemon.folder / "blocked" / "state" / "secret.json").exists())
        daemon.kill()
        daemon.start()
        assert nonce.is_good(daemon)


def test_the_nonce_secret_of_an_older_configuration_does_nothing_but_warn():
    written = "0123456789abcdef0123456789abcdef"
    warning = "http.nonce_secret has no effect: nonces are keyed by [cluster] secret"
    shared = {"http": {"nonce_secret": written}}
    with Daemon(config=shared) as one, Daemon(config=shared) as other:
        assert warning in one.log_text() and written not in one.log_text()
        assert Nonce(one).is_stale(other)
        check = run("rollcalld", "--config", one.config_file, "--check")
        assert check.returncode == 0 and warning in check.stderr and written not in check.stderr
        nonce = Nonce(one)
        one.config["http"]["nonce_secret"] = ""
        one.write_config()
        log = one.reload()
        assert "not reloaded" not in log
        assert wait_until(lambda: one.log_text().count(warning) == 2)
        assert nonce.is_good(one)


# --- nodes that meet

def agreed(*nodes):
    """The origin of the secret that all these have, once they have it."""
    def alike():
        first = kept(nodes[0])
        assert all((kept(node)["origin"], kept(node)["secret"]) == (first["origin"], first["secret"]) for node in nodes)
        return first["origin"]
    return wait_until(alike, PATIENCE, "one secret")


def test_nodes_whose_secrets_differ_come_to_one_and_keep_it_and_the_one_before_is_still_good():
    cluster = Cluster(["node-a", "node-b"], secret=None)
    try:
        a, b = cluster.nodes
        b.start()
        of_b_alone = Nonce(b)
        own = kept(b)["secret"]
        a.start()
        cluster.complete_everywhere()
        assert agreed(a, b) == "node-a"
        of_a, of_b = Nonce(a), Nonce(b)
        assert of_a.is_good(b) and of_b.is_good(a) and of_a.is_good(a)
        assert of_b_alone.is_good(b) and of_b_alone.is_stale(a)
        assert [one["secret"] for one in kept(b)["former"]] == [own]
        b.kill()
        a.kill()
        b.start()
        assert of_a.is_good(b) and of_b_alone.is_good(b)
        file_of(a).unlink()  # as if it were installed anew
        a.start()
        assert agreed(a, b) == "node-a"
        assert wait_until(lambda: of_b.is_good(a))
        for node in cluster.nodes:
            for secret in (own, kept(a)["secret"]):
                assert secret not in node.log_text().lower()
        cluster.complete_everywhere()
        cluster.stop()
    finally:
        cluster.close()


def test_a_node_that_is_not_let_in_replaces_no_secret_and_is_told_none():
    with Cluster(["node-a", "node-b"], secret=None) as cluster:
        assert agreed(*cluster.nodes) == "node-a"
        rogue = Node("a-rogue", switches=SWITCHES, secret=None)
        try:
            rogue.config["cluster"]["peers"] = [cluster.a.address]
            rogue.write_config()
            rogue.start()
            wait_until(lambda: "not_a_peer" in cluster.a.log_text() + rogue.log_text())
            assert kept(rogue)["origin"] == "a-rogue"
            assert Nonce(rogue).is_stale(cluster.a) and Nonce(cluster.a).is_stale(rogue)
            assert agreed(*cluster.nodes) == "node-a"
        finally:
            rogue.close()


# --- a configured secret

def test_a_configured_secret_is_changed_by_hup_and_nonces_of_before_stay_good():
    with Cluster(["node-a", "node-b"]) as cluster:
        a, b = cluster.nodes
        nonces = [Nonce(a), Nonce(b)]
        assert all(nonce.is_good(node) for nonce in nonces for node in cluster.nodes)
        for node in cluster.nodes:
            node.config["cluster"]["secret"] = NEXT
            node.write_config()
            assert "not reloaded" not in node.reload()
            assert all(nonce.is_good(node) for nonce in nonces)
            nonces.append(Nonce(node))
            assert all(nonce.is_good(other) for nonce in nonces[:2] for other in cluster.nodes)
        assert all(nonce.is_good(node) for nonce in nonces for node in cluster.nodes)
        of_a = Nonce(a)
        assert of_a.is_good(b) and Nonce(b).is_good(a)
        a.kill()
        a.start()
        assert of_a.is_good(a)
        cluster.complete_everywhere()
        for node in cluster.nodes:
            assert not file_of(node).exists(), "a configured secret is kept nowhere else"
            assert NEXT not in node.log_text()


def test_nonces_of_before_a_secret_was_configured_stay_good_also_over_a_restart():
    node = Node("node-a", secret=None)
    try:
        node.config["cluster"]["peers"] = []
        node.write_config()
        node.start()
        nonce, made = Nonce(node), kept(node)["secret"]
        node.config["cluster"]["secret"] = NEXT
        node.write_config()
        assert "not reloaded" not in node.reload()
        configured = Nonce(node)
        assert nonce.is_good(node) and configured.is_good(node)
        wait_until(lambda: [one["secret"] for one in kept(node)["former"]] == [made])
        assert NEXT.encode().hex() not in file_of(node).read_text()
        node.kill()
        node.start()
        assert nonce.is_good(node) and configured.is_good(node)
        del node.config["cluster"]["secret"]
        node.write_config()
        assert "not reloaded" not in node.reload()
        assert nonce.is_good(node) and configured.is_good(node) and kept(node)["secret"] == made
    finally:
        node.close()


def test_a_configured_secret_is_told_to_no_node_that_has_none_and_both_logs_say_so():
    with Cluster(["node-a", "node-b"], tls=True, secret=None) as cluster:
        a, b = cluster.nodes
        assert agreed(a, b) == "node-a"
        before = kept(b)
        a.config["cluster"]["secret"] = NEXT
        a.write_config()
        assert "not reloaded" not in a.reload()
        for node, words in ((a, "node node-b has no .cluster. secret in its configuration, this node has one"),
                            (b, "node node-a has a .cluster. secret in its configuration, this node has none")):
            wait_until(lambda: re.search(words, node.log_text()), PATIENCE, words)
        assert Nonce(a).is_stale(b)
        assert Nonce(b).is_good(a), "it was in use at node-a, too"
        assert kept(b) == before
        cluster.complete_everywhere()
