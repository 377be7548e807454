"""Several rollcalld that are one cluster, and what may happen to its nodes and the cables between them.

    with Cluster() as cluster:                    # node-a, node-b, node-c in the clear on loopback
    with Cluster(tls=True) as cluster:            # with certificates of one authority
    with Cluster(network=True) as cluster:        # and each in a network of its own, with cables that can be cut

A switch of each name in SWITCHES may connect to any node: cluster.a.switch("sbc-a").
"""

import http.client
import re
import signal
import threading

from harness import Daemon, free_port, make_certificate, merge, wait_until
from network import Network

SWITCHES = {"sbc-a": 1, "sbc-b": 1, "sbc-c": 1}
NAMES = ("node-a", "node-b", "node-c")

#: How soon what is missing must be named, and how soon a healed cluster must be complete, in seconds.
SOON = 5.0

#: What differs between two answers about the same call.
PASSING = ("DELAY", "DURATION")


class Authority:
    """A certificate authority for nodes, in a folder."""

    def __init__(self, folder, name="ca"):
        self.folder = folder
        self.certificate, self.key = make_certificate(folder, name)

    def sign(self, name):
        """(certificate, key) of a node."""
        return make_certificate(self.folder, name, ca=(self.certificate, self.key))


#: By which nodes without certificates know each other.
SECRET = "thirty-two bytes of these tests' nodes"


class Node(Daemon):
    """One node. `host` is its network namespace, if it has one. Without a `secret` it needs a certificate, or only lets in
    nodes that list it and that it lists.
    """

    def __init__(self, name, *, host=None, config=None, secret=SECRET, **kwargs):
        self.name, self.host = name, host
        self.address = f"{host.address}:4242" if host else f"127.0.0.1:{free_port()}"
        if host:
            self.connect = host.connect
        cluster = {"listen": self.address} | ({"secret": secret} if secret else {})
        super().__init__(config=merge({"node": {"id": name}, "cluster": cluster,
                                       "calls": {"ready_grace": "0s"}}, config or {}), **kwargs)

    def command(self):
        return [*(self.host.prefix() if self.host else []), *super().command()]

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.thaw()
        super().close()

    # what it says

    def nodes(self):
        """{name: "up" or "missing"} of the others."""
        return dict(re.findall(r"^node (\S+): (\w+)", self.get("/readyz?verbose").text, re.MULTILINE))

    def answer(self, method="listAllCalls", **fields):
        """(value, names of the missing nodes) of one request of the root customer."""
        api = self.trusted()
        try:
            value = getattr(api, method)(**{"i_customer": 1, **fields})
            return value, missing_of(api.last)
        finally:
            api.close()

    def rows(self, method="listAllCalls", **fields):
        """The rows of a list without what passes from one moment to the next."""
        return [lasting(row) for row in self.answer(method, **fields)[0]]

    def ids(self, **fields):
        return [row["ID"] for row in self.rows(**fields)]


def lasting(row):
    return {name: value for name, value in row.items() if name not in PASSING}


def missing_of(response):
    """The nodes that an answer names as missing; its two headers must agree."""
    names = response.headers.get("X-Rollcall-Missing-Nodes", "")
    complete = response.headers["X-Rollcall-Complete"]
    unknown = response.headers.get("X-Rollcall-Unknown-Switches")  # of a switch that has never come
    assert complete == ("no" if names or unknown else "yes"), (complete, names, unknown)
    return set(filter(None, re.split(r",\s*", names)))


class Cluster:
    """As many nodes as there are names, and the network between them. close() ends everything."""

    def __init__(self, names=NAMES, *, tls=False, network=False, config=None, switches=SWITCHES, **kwargs):
        self.network = Network() if network else None
        self.nodes = []
        try:
            for name in names:
                host = self.network.add() if network else None
                self.nodes.append(Node(name, host=host, config=config, switches=switches, **kwargs))
            self.authority = Authority(self.nodes[0].folder) if tls or network else None
            for node in self.nodes:
                self.introduce(node)
        except BaseException:
            self.close()
            raise

    def introduce(self, node):
        """Writes into a node's configuration who the others are, and its certificate."""
        node.config["cluster"]["peers"] = [other.address for other in self.nodes if other is not node]
        if self.authority:
            certificate, key = self.authority.sign(node.name)
            node.config["cluster"] |= {"certificate": str(certificate), "key": str(key),
                                       "ca": str(self.authority.certificate)}
        node.write_config()

    def __getitem__(self, index):
        return self.nodes[index]

    a = property(lambda self: self.nodes[0])
    b = property(lambda self: self.nodes[1])
    c = property(lambda self: self.nodes[2])

    def start(self):
        for node in self.nodes:
            node.start(wait=False)
        for node in self.nodes:
            wait_until(node._is_up, what=f"/livez of {node.name}")
        self.complete_everywhere()
        return self

    def others(self, node):
        return [other for other in self.nodes if other is not node]

    def complete_everywhere(self, seconds=SOON):
        """Waits until every node sees every other and answers for all."""
        def complete():
            for node in self.nodes:
                assert node.nodes() == {other.name: "up" for other in self.others(node)}, node.name
                assert node.answer()[1] == set(), node.name
            return True
        wait_until(complete, seconds, "a complete cluster")

    def agree(self, ids, seconds=SOON):
        """Waits until every node, complete, lists exactly these calls, each once, in one order."""
        def agreed():
            lists = []
            for node in self.nodes:
                rows, missing = node.answer()
                listed = [row["ID"] for row in rows if row["CC_STATE"] != "Dead"]
                assert not missing, f"{node.name} misses {missing}"
                assert sorted(listed) == sorted(ids), (
                    f"{node.name}: missing {sorted(set(ids) - set(listed))[:5]}, too many "
                    f"{sorted(set(listed) - set(ids))[:5]}, twice {sorted({i for i in listed if listed.count(i) > 1})[:5]}")
                lists.append(listed)
            assert all(listed == lists[0] for listed in lists)
            return True
        wait_until(agreed, seconds, "lists that agree")

    def missing_named(self, *missing, at=None, seconds=SOON):
        """Waits until the nodes `at` (default: all that are not missing) name these as missing, in all places."""
        names = {node.name for node in missing}

        def named():
            for node in at or [node for node in self.nodes if node not in missing]:
                rows, told = node.answer()
                assert told == names, f"{node.name} names {told}"
                assert {name for name, state in node.nodes().items() if state == "missing"} == names
                up = {name: node.metrics()[f'rollcall_node_up{{node="{name}"}}'] for name in names}
                assert set(up.values()) == {0}, up
            return True
        wait_until(named, seconds, f"{names} to be named as missing")

    # what may happen

    def cut(self, node):
        self.network.cut(node.host)

    def heal(self, node):
        self.network.heal(node.host)

    def slow(self, node, seconds):
        self.network.slow(node.host, seconds)

    def fast(self, node):
        self.network.fast(node.host)

    # its end

    def stop(self):
        """Ends every node in good order; each must end well."""
        for node in self.nodes:
            if node.process is not None:
                node.thaw()
                assert node.process.poll() is None, f"{node.name} died:\n{node.log_text()[-4000:]}"
                node.signal(signal.SIGTERM)
        for node in self.nodes:
            if node.process is not None:
                assert node.wait() == 0, node.log_text()[-4000:]

    def close(self):
        for node in self.nodes:
            node.close()
        if self.network:
            self.network.close()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            logs = "".join(f"\n--- {node.name}\n{node.log_text()[-3000:]}" for node in self.nodes)
            self.close()
            raise AssertionError(f"the cluster did not start{logs}")

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.stop()
        finally:
            self.close()


class Watch:
    """Asks nodes for all calls without a pause, on a thread for each: no answer may show a call twice, and one that
    says it is complete must have every call of `steady`. Nodes that do not answer at all are left alone.
    """

    def __init__(self, nodes, steady=(), *, ever=False):
        self.steady, self.ever = set(steady), ever  # `ever`: also when the answer says that it is not complete
        self.wrong = []
        self.answers = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._look, args=(node,), daemon=True) for node in nodes]

    def _look(self, node):
        while not self._over.is_set():
            try:
                rows, missing = node.answer()
            except OSError:
                self._over.wait(0.05)
                continue
            except http.client.HTTPException:  # its end is missing: nobody takes that for an answer
                continue
            except Exception as error:
                self.wrong.append((node.name, repr(error)[:500]))
                continue
            listed = [row["ID"] for row in rows]
            self.answers += 1
            if len(listed) != len(set(listed)):
                self.wrong.append((node.name, "twice", [id for id in set(listed) if listed.count(id) > 1][:5]))
            lost = self.steady - set(listed)
            if lost and (self.ever or not missing):
                self.wrong.append((node.name, "missed", len(lost), sorted(lost)[:5], "missing nodes", missing))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()
        if kind is None:
            assert self.answers, "nobody has answered"
            assert not self.wrong, f"{len(self.wrong)} of {self.answers} answers are wrong: {self.wrong[:5]}"
