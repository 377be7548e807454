"""Calls of a real Asterisk whose node dies, is started again, or takes another configuration: their IDs, accounts and times
are in the channels themselves. Skipped without the root that has it (scripts/setup --switches)."""

import os
import pathlib
import sys

import pytest

from cluster import Cluster
from harness import wait_until
from test_asterisk import Network, block, came, daemon_for, overview
from test_kamailio import OK, SOON, live, ready

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sip"))
from asterisk_lab import AsteriskLab  # noqa: E402
from ends import End, sdp  # noqa: E402

LINGER = {"calls": {"dead_linger": "1s"}}

#: What of a row stays, whoever tells it.
KEPT = ("ID", "I_ACCOUNT", "I_CUSTOMER", "I_CONNECTION", "CLI", "CLD", "CC_STATE", "SETUP_TIME", "DELAY")


class Stage(Network):
    """An Asterisk with calls of which lists do not tell all, and whoever watches it now."""

    def transferred(self):
        """Its caller has put one that was called through to another one, and gone."""
        call, first = self.answered(callee="15550001")
        row = self.listed(call, "Connected")
        before = len(self.carrier.find("INVITE"))
        call.cseq += 1
        call.request("REFER", headers=[("Refer-To", f"<sip:15550002@127.0.0.1:{self.lab.sip_port}>")])
        call.wait_for(202)
        second = self.carrier.wait_for("INVITE", before + 1)
        self.carrier.reply(second, 200, sdp("127.0.1.8"))
        call.again("BYE")
        return row["ID"], (first, second)

    def consulted(self):
        """Its caller has called another one as well, and put both through to each other. Which of the two goes on is decided
        by which of the caller's channels is gone first."""
        call, first = self.answered(callee="15550003")
        other, second = self.answered(callee="15550004")
        both = {self.listed(each, "Connected")["ID"] for each in (call, other)}
        replaces = f"{other.call_id.replace('@', '%40')}%3Bto-tag%3D{other.to_tag}%3Bfrom-tag%3D{other.from_tag}"
        call.cseq += 1
        call.request("REFER", headers=[
            ("Refer-To", f"<sip:15550004@127.0.0.1:{self.lab.sip_port}?Replaces={replaces}>")])
        call.wait_for(202)
        wait_until(lambda: len(both & live(self.daemon).keys()) == 1, SOON, "one call of two")
        return (both & live(self.daemon).keys()).pop(), (first, second)

    def plain(self):
        """Nothing but answered."""
        call, invite = self.answered(callee="15550005", account="802")
        return self.listed(call, "Connected")["ID"], (invite,)

    def notes(self):
        """How many channels have a note."""
        return sum("RC_NOTE=1," in self.lab.cli(f"core show channel {name}") for name in self.lab.channels())

    def play(self):
        """Three such calls. Returns who has been called, by ID, and the rows."""
        called = dict([self.transferred(), self.consulted(), self.plain()])

        def settled():
            rows = live(self.daemon)
            return rows.keys() == called.keys() and len(self.lab.channels()) == 6 and self.notes() == 5 and rows
        return called, wait_until(settled, 2 * SOON, "three calls, each of two channels")

    def has_kept(self, rows):
        """Waits until these calls are listed as before, and by a whole list."""
        def same():
            now = live(self.daemon)
            assert {id: {name: row[name] for name in KEPT} for id, row in now.items()} \
                == {id: {name: row[name] for name in KEPT} for id, row in rows.items()}
            assert all(now[id]["DURATION"] > rows[id]["DURATION"] for id in rows)
            assert "connected, synced" in overview(self.daemon)
            return True
        wait_until(same, 3 * SOON, "the same calls")

    def ends_each_once(self, called):
        """A disconnect by each ID ends that call and no other one, and each end hears of it once."""
        def byes(invites):
            return [came(self.carrier, "BYE", invite["Call-ID"]) for invite in invites]
        left = dict(called)
        for id, invites in called.items():
            assert self.daemon.trusted().disconnectCall(ID=id) == OK
            del left[id]
            wait_until(lambda: live(self.daemon).keys() == left.keys(), SOON, f"the end of {id}")
            assert all(byes(others) == [0] * len(others) for others in left.values())
            wait_until(lambda invites=invites: all(byes(invites)), SOON, "BYE at each end")
        self.empty()
        assert all(byes(invites) == [1] * len(invites) for invites in called.values())
        assert came(self.carrier, "CANCEL") == 0


@pytest.fixture(scope="module")
def lab():
    with AsteriskLab() as lab, End("caller") as caller, End("phone", lab.phone_port) as phone, \
            End("carrier", lab.carrier_port) as carrier:
        lab.start()
        assert f"Asterisk {os.environ['ASTERISK']}." in lab.version(), lab.version()
        yield lab, caller, phone, carrier


@pytest.fixture
def stage(lab):
    def on(daemon):
        ready(daemon)
        return Stage(lab[0], daemon, *lab[1:])
    for end in lab[1:]:
        end.received.clear()
        end.on_invite = lambda invite, end=end: end.reply(invite, 180)
    yield on
    for name in lab[0].channels():
        lab[0].cli(f"channel request hangup {name}")
    wait_until(lambda: not lab[0].channels(), SOON, "the end of all channels")


def test_calls_of_a_node_that_dies_are_the_same_at_the_next_one(lab, stage):
    config = {"asterisk": [block(lab[0], nodes=["node-a", "node-b"])], **LINGER}
    with Cluster(["node-a", "node-b"], switches={}, config=config) as cluster:
        a, b = cluster
        sip = stage(a)
        called, rows = sip.play()
        a.kill()
        sip.daemon = b
        sip.has_kept(rows)
        assert {row["NODE_ID"] for row in live(b).values()} == {"node-b"}
        a.start()
        cluster.complete_everywhere()
        sip.daemon = a
        sip.has_kept(rows)
        wait_until(lambda: {row["NODE_ID"] for row in live(b).values()} == {"node-a"}, SOON, "calls of node-a")
        sip.ends_each_once(called)


def test_calls_are_the_same_after_a_restart_of_the_daemon(lab, stage):
    with daemon_for(lab[0]) as daemon:
        sip = stage(daemon)
        called, rows = sip.play()
        daemon.kill()
        daemon.start()
        sip.has_kept(rows)
        sip.ends_each_once(called)


def test_calls_are_the_same_after_a_hup_that_changes_the_block(lab, stage):
    with daemon_for(lab[0]) as daemon:
        sip = stage(daemon)
        called, rows = sip.play()
        attached = 'rollcall_asterisk_connections_total{outcome="attached"}'
        assert daemon.metrics()[attached] == 1
        daemon.config["asterisk"] = [block(lab[0], hang_ups_per_second=50)]
        daemon.write_config()
        daemon.reload()
        wait_until(lambda: daemon.metrics()[attached] == 2, SOON, "a new connection")
        sip.has_kept(rows)
        sip.ends_each_once(called)
