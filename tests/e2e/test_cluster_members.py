"""Who is let into a cluster, how nodes find each other, and what strangers on the cluster's port can do: nothing."""

import concurrent.futures
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import subprocess

import pytest

from cluster import SOON, SWITCHES, Authority, Cluster, Node
from harness import BIN, PATIENCE, exchange, make_certificate, wait_until

#: A header of CAF's protocol that announces a message of 4 GB: operation, flags, payload, data, source, destination.
HOSTILE = struct.pack(">BxxBIQQQ", 3, 0, 0xFFFFFFFF, 0, 1, 1)


def logged(node, pattern):
    """The line of the node's log that matches, once there is one."""
    return wait_until(lambda: re.search(f".*{pattern}.*", node.log_text()), PATIENCE, f"{pattern} in {node.name}'s log")[0]


def port_of(node):
    return int(node.address.rsplit(":", 1)[1])


def memory(node):
    status = pathlib.Path(f"/proc/{node.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def put_in(cluster, node, *peers):
    """A further node, which knows these; it ends with the cluster."""
    cluster.nodes.append(node)
    node.config["cluster"]["peers"] = [peer.address for peer in peers]
    if cluster.authority:
        cluster.introduce(node)
        node.config["cluster"]["peers"] = [peer.address for peer in peers]
    node.write_config()
    return node


# --- finding each other

def test_a_node_may_start_before_its_peers():
    with Cluster(["node-a"]) as cluster:
        late = put_in(cluster, Node("node-b", switches=SWITCHES))
        cluster.a.config["cluster"]["peers"] = [late.address]
        cluster.a.write_config()
        cluster.a.stop()
        cluster.a.start()
        rows, missing = cluster.a.answer()
        assert rows == [] and missing == {late.address}, "it does not know its name yet"
        late.start()
        cluster.complete_everywhere()


def test_a_node_that_knows_one_finds_all():
    with Cluster(["node-a", "node-b"]) as cluster:
        third = put_in(cluster, Node("node-c", switches=SWITCHES), cluster.a)
        third.start()
        cluster.complete_everywhere()
        with cluster.b.switch("sbc-b") as switch:
            switch.start(i_account=11)
            wait_until(lambda: len(third.ids()) == 1)


def test_peers_that_come_and_go_by_hup_are_found_and_not_missed():
    with Cluster(["node-a", "node-b"]) as cluster:
        third = put_in(cluster, Node("node-c", switches=SWITCHES)).start()
        assert third.nodes() == {} and third.answer()[1] == set()
        cluster.a.config["cluster"]["peers"].append(third.address)
        cluster.a.write_config()
        assert "not reloaded" not in cluster.a.reload()
        cluster.complete_everywhere()
        third.kill()
        cluster.missing_named(third, at=[cluster.a])
        cluster.a.config["cluster"]["peers"].remove(third.address)
        cluster.a.write_config()
        cluster.a.reload()
        wait_until(lambda: cluster.a.answer()[1] == set() and cluster.a.nodes() == {"node-b": "up"}, SOON,
                   "the node that is no peer any more not to be missed")


def test_a_reload_that_would_need_a_restart_is_refused_as_a_whole():
    with Cluster(["node-a", "node-b"]) as cluster:
        kept = dict(cluster.a.config["cluster"])
        for change in ({"name": "other"}, {"listen": "127.0.0.1:1"}):
            cluster.a.config["cluster"] = {**kept, **change}
            cluster.a.write_config()
            assert f"cluster.{next(iter(change))}" in cluster.a.reload()
        cluster.a.config["cluster"] = {**kept, "peers": ["10.0.0.1:1"]}
        cluster.a.write_config()
        assert "not reloaded" in cluster.a.reload()
        cluster.complete_everywhere()


# --- who is refused

def test_of_two_nodes_with_one_id_the_second_stays_outside_and_both_logs_say_so():
    with Cluster(["node-a", "node-b"]) as cluster:
        twin = put_in(cluster, Node("node-b", switches=SWITCHES), cluster.a, cluster.b).start()
        inside = logged(cluster.a, r"refused node-b .*two nodes have the id 'node-b'")
        outside = logged(twin, r"refuses this node .*two nodes have the id 'node-b'")
        assert cluster.b.address in inside + outside and twin.address in inside
        logged(cluster.b, "two nodes have the id 'node-b'")
        assert cluster.a.nodes() == {"node-b": "up"}
        twin.stop()
        cluster.nodes.remove(twin)
        cluster.complete_everywhere()
        twin.close()


def test_a_node_of_another_cluster_stays_outside_and_both_logs_say_so():
    with Cluster(["node-a"]) as cluster:
        other = put_in(cluster, Node("node-b", switches=SWITCHES, config={"cluster": {"name": "elsewhere"}}), cluster.a)
        other.start()
        for node in (cluster.a, other):
            line = logged(node, "wrong_cluster")
            assert "'elsewhere'" in line and "'rollcall'" in line
        assert cluster.a.nodes() == {}
        # It is missed under its address, and under its name once that is known from the refusal.
        assert other.answer()[1] in ({cluster.a.address}, {"node-a"})


@pytest.mark.parametrize("table", [{"listen": "0.0.0.0:4242"}, {"listen": "10.1.2.3:4242"},
                                   {"listen": "127.0.0.1:4242", "peers": ["10.1.2.3:4242"]},
                                   {"listen": "127.0.0.1:4242", "peers": ["node-b.example:4242"]}])
def test_without_certificates_an_address_that_others_can_reach_is_refused_at_start(table):
    node = Node("node-a", config={"cluster": table})
    try:
        done = subprocess.run([BIN / "rollcalld", "--config", node.config_file], text=True, capture_output=True, timeout=20)
        assert done.returncode == 78 and "loopback" in done.stderr
        assert re.match(rf"{re.escape(str(node.config_file))}:\d+:\d+: ", done.stderr)
    finally:
        node.close()


def test_a_rogue_node_of_the_same_machine_is_not_let_in_and_never_missed():
    with Cluster(["node-a", "node-b"]) as cluster:
        for secret, why in ((None, "wrong_secret"), ("another thirty-two bytes of a rogue", "another .cluster. secret")):
            rogue = put_in(cluster, Node("rogue", switches=SWITCHES, secret=secret), cluster.a).start()
            assert "rogue" in logged(cluster.a, f"refused .*{why}")
            assert rogue.answer()[1] in ({cluster.a.address}, {"node-a"})
            assert cluster.a.nodes() == {"node-b": "up"} and cluster.a.answer()[1] == set()
            cluster.nodes.remove(rogue)
            rogue.close()
        cluster.complete_everywhere()


def test_without_secret_and_certificate_a_node_that_is_nobodys_peer_stays_outside_until_it_is_one():
    with Cluster(["node-a", "node-b"], secret=None) as cluster:
        third = put_in(cluster, Node("node-c", switches=SWITCHES, secret=None), cluster.a, cluster.b).start()
        assert third.address in logged(cluster.a, "refused node-c .*not_a_peer")
        assert cluster.a.nodes() == {"node-b": "up"} and cluster.a.answer()[1] == set()
        for node in (cluster.a, cluster.b):
            node.config["cluster"]["peers"].append(third.address)
            node.write_config()
            assert "not reloaded" not in node.reload()
        cluster.complete_everywhere()


def test_the_secret_of_a_cluster_is_changed_by_one_hup_after_the_other_without_a_missing_node():
    with Cluster(["node-a", "node-b"]) as cluster:
        for node in cluster.nodes:
            node.config["cluster"]["secret"] = "the next thirty-two bytes of the nodes"
            node.write_config()
            assert "not reloaded" not in node.reload()
            other = cluster.others(node)[0]
            other.kill()  # and must find the way back with what it knows now
            other.start()
            cluster.complete_everywhere()


# --- TLS

@pytest.fixture(scope="module")
def safe():
    """Two nodes with certificates of one authority."""
    with Cluster(["node-a", "node-b"], tls=True) as cluster:
        yield cluster


def speak(port, context, data):
    """What a node says to a TLS client that sends `data`; None when it lets no handshake end."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain:
        try:
            with context.wrap_socket(plain) as connection:
                connection.sendall(data)
                return connection.recv(1 << 16)
        except (ssl.SSLError, ConnectionError):
            return None


def client(certificate=None, version=None):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(*map(str, certificate))
    if version:
        context.maximum_version = version
    return context


HELLO = json.dumps({"type": "hello", "protocol": 10, "cluster": "rollcall", "node": "node-x", "incarnation": 5,
                    "runtime": f"{'AB' * 20}#1", "address": "127.0.0.1:1", "peers": []}).encode() + b"\n"


def test_nodes_with_certificates_of_one_authority_are_a_cluster(safe):
    with safe.b.switch("sbc-b") as switch:
        switch.start(i_account=11)
        wait_until(lambda: len(safe.a.ids()) == 1)
        switch.snapshot()
    safe.agree([])


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_peer_without_a_certificate_or_with_one_of_another_authority_gets_nothing(safe, tmp_path, version):
    strange = Authority(tmp_path, "strange").sign("node-b")
    alone = make_certificate(tmp_path, "node-b-alone")
    for certificate in (None, strange, alone):
        assert not speak(port_of(safe.a), client(certificate, version), HELLO)
    assert exchange(port_of(safe.a), HELLO).find(b"{") == -1, "nor in the clear"
    assert b'"type":' in speak(port_of(safe.a), client(safe.authority.sign("node-x"), version), HELLO)
    assert safe.a.nodes() == {"node-b": "up"}


def test_a_node_of_another_authority_is_no_member_and_both_logs_say_why(safe, tmp_path):
    stranger = Node("node-x", switches=SWITCHES)
    certificate, key = Authority(tmp_path, "strange").sign("node-x")
    stranger.config["cluster"] |= {"peers": [safe.a.address], "certificate": str(certificate), "key": str(key),
                                   "ca": str(tmp_path / "strange.pem")}
    stranger.write_config()
    with stranger:
        logged(safe.a, "a connection from 127.0.0.1 failed: .*(certificate|unknown ca|alert)")
        wait_until(lambda: "certificate" in stranger.get("/readyz?verbose").text)
        assert stranger.answer()[1] == {safe.a.address}
        assert safe.a.nodes() == {"node-b": "up"} and safe.a.answer()[1] == set()


def test_a_node_that_shows_the_certificate_of_another_is_no_member_and_both_logs_say_why(safe):
    thief = Node("node-x", switches=SWITCHES)
    certificate, key = safe.authority.sign("node-y")
    thief.config["cluster"] |= {"peers": [safe.a.address], "certificate": str(certificate), "key": str(key),
                                "ca": str(safe.authority.certificate)}
    thief.write_config()
    try:
        thief.start()
        for node in (safe.a, thief):
            line = logged(node, "wrong_certificate")
            assert "'node-x'" in line and "'node-y'" in line
        assert safe.a.nodes() == {"node-b": "up"} and safe.a.answer()[1] == set()
    finally:
        thief.close()


def test_certificates_that_are_renewed_count_from_a_hup_on(safe):
    for node in safe:
        certificate, key = safe.authority.sign(node.name)
        node.config["cluster"] |= {"certificate": str(certificate), "key": str(key)}
        node.write_config()
        assert "not reloaded" not in node.reload()
    safe.b.stop()
    safe.b.start()
    safe.complete_everywhere()


# --- strangers

@pytest.fixture(scope="module")
def plain():
    """Two nodes that let each other in by their addresses alone: here a stranger gets furthest."""
    with Cluster(["node-a", "node-b"], secret=None) as cluster:
        yield cluster


GARBAGE = [b"", HOSTILE, HOSTILE * 4096, bytes(1 << 20), os.urandom(1 << 20), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
           b"\n" * 1000, HELLO[:40], b"[[" * 9000 + b"\n", b'{"type":"hello"}\n', HELLO.replace(b'"node-x"', b"[]"),
           b"x" * (1 << 20)]


def hostile(node, data, wrap):
    """Sends it and half-closes; whatever the node does, it lets go."""
    with socket.create_connection(("127.0.0.1", port_of(node)), timeout=PATIENCE) as raw:
        try:
            connection = wrap(raw)
            connection.sendall(data)
            while connection.recv(1 << 16):
                pass
        except (OSError, ssl.SSLError):
            pass


@pytest.mark.parametrize("kind", ["plain", "tls", "below tls"])
def test_garbage_on_the_port_of_the_cluster_leaves_the_node_up_and_small(request, kind):
    cluster = request.getfixturevalue("plain" if kind == "plain" else "safe")
    before = memory(cluster.a)
    context = client(cluster.authority.sign("node-x")) if kind == "tls" else None
    with concurrent.futures.ThreadPoolExecutor(len(GARBAGE)) as pool:
        for data in GARBAGE:
            pool.submit(hostile, cluster.a, data, context.wrap_socket if context else lambda raw: raw)
    assert cluster.a.nodes() == {"node-b": "up"}
    assert memory(cluster.a) < before + 40e6
    assert cluster.a.answer()[1] == set()


@pytest.mark.parametrize("kind", ["plain", "safe"])
@pytest.mark.parametrize("words", [HOSTILE, struct.pack(">BxxBIQQQ", 1, 0, 0xFFFFFFFF, 4, 0, 0), b"\xff" * 32, bytes(64)])
def test_a_peer_that_says_hello_and_then_sends_a_hostile_header_is_cut_and_the_node_stays_small(request, kind, words):
    """As far as anyone gets: who has shown a certificate and a hello speaks BASP, and is checked still."""
    cluster = request.getfixturevalue(kind)
    before, bad = memory(cluster.a), 'rollcall_cluster_connections_total{outcome="bad_frame"}'
    count = cluster.a.metrics()[bad]
    with socket.create_connection(("127.0.0.1", port_of(cluster.a)), timeout=PATIENCE) as raw:
        connection = client(cluster.authority.sign("node-x")).wrap_socket(raw) if kind == "safe" else raw
        connection.sendall(HELLO.replace(b"127.0.0.1:1", cluster.b.address.encode()))
        answer = connection.recv(1 << 16)
        assert json.loads(answer)["type"] == "welcome", answer
        try:
            connection.sendall(words)
            assert not connection.recv(1 << 16)
        except (ConnectionError, ssl.SSLError):
            pass
    wait_until(lambda: cluster.a.metrics()[bad] == count + 1)
    assert cluster.a.nodes() == {"node-b": "up"} and cluster.a.answer()[1] == set()
    assert memory(cluster.a) < before + 20e6


def test_many_who_connect_and_say_nothing_do_not_keep_a_node_out(plain):
    crowd = [socket.create_connection(("127.0.0.1", port_of(plain.a))) for _ in range(200)]
    try:
        plain.b.kill()
        plain.b.start()
        plain.complete_everywhere(SOON + 3)  # a stranger has two seconds to say hello
    finally:
        for connection in crowd:
            connection.close()
