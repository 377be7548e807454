"""Real SIP as it is deployed: over TCP and TLS, with its topology hidden, and with dialogs that outlive a Kamailio."""

import contextlib
import shutil
import signal
import sqlite3
import time

import pytest

from harness import PATIENCE, make_certificate, wait_until
from sip_network import Call, End, Lab, start
from test_kamailio import OK, SOON, daemon_for, live, ready
from test_kamailio_messages import connected

from ends import StreamEnd, sdp  # sip_network makes it known

SCHEMAS = "/usr/share/kamailio/db_sqlite"

#: How long is waited for a message that must not come, in seconds: Kamailio repeats one sooner.
REPEATED = 1.5


def database(lab, *tables):
    """The settings of an empty SQLite with these tables of Kamailio's own."""
    file = lab.directory / "kamailio.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as made:
        for table in ("standard", *tables):
            made.executescript(lab.program.file(f"{SCHEMAS}/{table}-create.sql").read_text())
    return {"DATABASE_MODULE": '"db_sqlite.so"', "DATABASE": f'"sqlite://{file}"', "SQLITE_BUSY": f'"{file}=5000"'}


def stored(lab, calls):
    """So many answered calls are in the database. It is read from a copy, so that Kamailio is not locked out; while there
    is a journal what was copied may be undone."""
    copy, journal = lab.directory / "copy.sqlite", lab.directory / "kamailio.sqlite-journal"
    shutil.copy(lab.directory / "kamailio.sqlite", copy)
    with contextlib.closing(sqlite3.connect(copy)) as copied, contextlib.suppress(sqlite3.DatabaseError):
        return not journal.exists() and copied.execute(
            "SELECT (SELECT COUNT(*) FROM dialog WHERE state = 4), "
            "(SELECT COUNT(*) FROM dialog_vars WHERE dialog_key = 'rc_answer')").fetchone() == (calls, calls)
    return False


class Deployment:
    """A Kamailio with a caller and a callee, and a daemon that watches it."""

    def __init__(self, lab, daemon, caller, callee):
        self.lab, self.daemon, self.caller, self.callee = lab, daemon, caller, callee
        self.invites = []

    def call(self, answer=None, account="801"):
        def on_invite(invite):
            self.invites.append(invite)
            self.callee.reply(invite, 200 if answer else 180, answer or "")
        self.callee.on_invite = on_invite
        return Call(self.caller, self.lab.sip_port, account=account).invite()

    def row(self, call, state):
        def shown():
            rows = [row for row in live(self.daemon).values() if row["CALL_ID"] == call.call_id]
            return rows[0] if [row["CC_STATE"] for row in rows] == [state] else None
        return wait_until(shown, SOON, f"a call that is {state}")

    def over(self):
        wait_until(lambda: not live(self.daemon) and not self.lab.dialogs(), what="the end of all calls")
        assert "script of" not in self.daemon.get("/readyz?verbose").text, "nothing is left out"


def once(*expected):
    """Of each (end, method or code, count) so many came, and none of them twice."""
    for end, what, count in expected:
        end.wait_for(what, count)
    time.sleep(REPEATED)
    for end, what, count in expected:
        assert len(end.find(what)) == count, end.received


def ends_by_itself(net, call, who):
    """One end of an answered call, the caller or the callee, hangs up, and the other hears of it once."""
    if who == "caller":
        call.again("BYE").wait_for(200)
        once((net.callee, "BYE", 1))
    else:
        net.callee.request_within(net.invites[0], "BYE", 7)
        net.callee.wait_for(lambda m: m.code == 200 and m.method == "BYE")
        once((net.caller, "BYE", 1))


def udp(lab, folder):
    return End("caller"), End("callee", lab.callee_port), {}


def tcp(lab, folder):
    return StreamEnd("caller"), StreamEnd("callee", lab.callee_port), {
        "SIP_LISTEN": f"tcp:127.0.0.1:{lab.sip_port}", "NEXT_HOP": f'"sip:127.0.0.1:{lab.callee_port};transport=tcp"'}


def tls(lab, folder):
    certificate, key = certified = make_certificate(folder, "sip")
    return StreamEnd("caller", certificate=certified), StreamEnd("callee", lab.callee_port, certified), {
        "SIP_LISTEN": f"tls:127.0.0.1:{lab.sip_port}", "NEXT_HOP": f'"sip:127.0.0.1:{lab.callee_port};transport=tls"',
        "TLS_KEY": f'"{key}"', "TLS_CERTIFICATE": f'"{certificate}"'}


def udp_receiver(lab, folder):
    if lab.program.version().startswith("5."):
        pytest.skip("before 6.0 each SIP worker reads UDP itself")
    return *udp(lab, folder)[:2], {"WITH_UDP_RECEIVER": 1}


def topos(lab, folder):
    return *udp(lab, folder)[:2], {"WITH_TOPOS": 1, **database(lab, "topos")}


def topoh(lab, folder):
    return *udp(lab, folder)[:2], {"WITH_TOPOH": 1}


@pytest.fixture(scope="module", params=[tcp, tls, udp_receiver, topos, topoh], ids=lambda made: made.__name__)
def deployment(request, tmp_path_factory):
    with Lab() as lab:
        caller, callee, settings = request.param(lab, tmp_path_factory.mktemp("certificates"))
        with caller, callee:
            start(lab, callee, **settings)
            with daemon_for(lab) as daemon:
                ready(daemon)
                yield Deployment(lab, daemon, caller, callee)


@pytest.fixture
def net(deployment):
    for end in (deployment.caller, deployment.callee):
        end.received.clear()
    deployment.invites.clear()
    yield deployment
    deployment.daemon.trusted().disconnectCustomer(i_customer=1)
    deployment.over()


def test_an_answered_call_is_hung_up_at_both_ends_once(net):
    call = net.call(sdp("127.0.2.1")).answered()
    row = net.row(call, "Connected")
    assert (row["CLI"], row["CLD"], row["I_ACCOUNT"]) == ("801", "15550000", 11)
    assert (row["CALLER_MEDIA_IP"], row["CALLEE_MEDIA_IP"]) == ("127.0.1.1", "127.0.2.1")
    assert net.daemon.trusted().disconnectCall(ID=row["ID"]) == OK
    once((net.caller, "BYE", 1), (net.callee, "BYE", 1))
    net.over()


def test_a_call_that_rings_is_hung_up_at_both_ends_once(net):
    call = net.call()
    call.wait_for(180)
    row = net.row(call, "ARComplete")
    assert net.daemon.trusted().disconnectCall(ID=row["ID"]) == OK
    call.acknowledge(call.wait_for(603))
    once((net.caller, 603, 1), (net.callee, "CANCEL", 1))
    assert not net.caller.find("BYE") and not net.callee.find("BYE")
    net.over()


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_a_call_that_ends_by_itself_leaves_the_list(net, who):
    call = net.call(sdp("127.0.2.1")).answered()
    net.row(call, "Connected")
    ends_by_itself(net, call, who)
    net.over()


@pytest.mark.parametrize("deployment", [topos, topoh], ids=lambda made: made.__name__, indirect=True)
def test_a_call_whose_topology_is_hidden_is_known_by_what_the_caller_calls_it(net):
    call = net.call(sdp("127.0.2.1")).answered()
    assert net.row(call, "Connected")["CALL_ID"] == call.call_id
    (invite,) = net.invites
    assert f":{net.caller.port}" not in f"{invite.all('Via')} {invite['Contact']}", "it is hidden"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_calls_outlive_a_kamailio_whose_dialogs_are_in_sqlite(how):
    with Lab() as lab, End("caller") as caller, End("callee", lab.callee_port) as callee:
        # Its timer is the one that writes: SQLite turns away whoever comes meanwhile, and Kamailio drops what it had to say.
        settings = {"DIALOGS_IN_DATABASE": 2, **database(lab, "dialog")}
        start(lab, callee, **settings)
        with daemon_for(lab) as daemon:
            ready(daemon)
            net = Deployment(lab, daemon, caller, callee)
            calls = [net.call(sdp("127.0.2.1"), account).answered() for account in ("801", "802", "821")]
            before = wait_until(lambda: connected(daemon, 3), SOON)
            wait_until(lambda: stored(lab, 3), SOON, "the calls in the database")
            lab.kamailio.kill(how)
            start(lab, callee, **settings)
            assert wait_until(lambda: connected(daemon, 3), PATIENCE) == before, "the same calls, and no others"
            calls[2].again("BYE").wait_for(200)
            wait_until(lambda: connected(daemon, 2), SOON)
            assert daemon.trusted().disconnectCustomer(i_customer=1) == {**OK, "count": 2}
            once((caller, "BYE", 2), (callee, "BYE", 3))
            net.over()
