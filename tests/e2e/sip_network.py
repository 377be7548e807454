"""Scripted SIP ends on both sides of a Kamailio that does as each INVITE asks, and a daemon that watches it: for tests
that need to choose every message."""

import pathlib
import sys

import pytest

from harness import wait_until
from test_kamailio import SOON, daemon_for, live, ready

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sip"))
from ends import Call, End  # noqa: E402
from kamailios import KAMAILIOS  # noqa: E402, F401
from lab import HERE, Lab  # noqa: E402


def start(lab, second, **settings):
    lab.start_kamailio(config=HERE / "scripted.cfg", SECOND_HOP=f'"sip:127.0.0.1:{second.port}"', EARLY_SECONDS=300,
                       **settings)


class Network:
    """A Kamailio, one caller, and two gateways that ring."""

    def __init__(self, lab, daemon, caller, first, second):
        self.lab, self.daemon, self.caller, self.first, self.second = lab, daemon, caller, first, second

    def call(self, script="", **options):
        return Call(self.caller, self.lab.sip_port, headers=[("X-Script", script), *options.pop("headers", [])],
                    **options).invite()

    def row(self, call):
        """The row of a call, none when it is not listed, or over."""
        rows = [row for row in live(self.daemon).values() if row["CALL_ID"] == call.call_id]
        return rows[0] if rows else None

    def listed(self, call, state="ARComplete"):
        def shown():
            row = self.row(call)
            return row if row and row["CC_STATE"] == state else None
        return wait_until(shown, SOON, f"a call that is {state}")

    def is_up(self):
        """Kamailio has not died, nor any of its processes."""
        return self.lab.kamailio.alive() and self.lab.rpc("core.uptime")


@pytest.fixture(scope="module")
def network():
    with Lab() as lab, End("caller") as caller, End("first", lab.callee_port) as first, End("second") as second:
        start(lab, second)
        with daemon_for(lab) as daemon:
            ready(daemon)
            yield Network(lab, daemon, caller, first, second)


@pytest.fixture
def sip(network):
    for end in (network.caller, network.first, network.second):
        end.received.clear()
        end.on_cancel = end.cancelled
    network.first.on_invite = lambda invite: network.first.reply(invite, 180)
    network.second.on_invite = lambda invite: network.second.reply(invite, 180)
    yield network

    def all_over():  # asked again, for a call that rollcall hears of only now was not meant before
        network.daemon.trusted().disconnectCustomer(i_customer=1)
        return not live(network.daemon) and not network.lab.dialogs()
    wait_until(all_over, what="the end of all calls")


def is_from(call, method):
    """A message of a method that reached the other side of a call."""
    return lambda m: m.code is None and m.method == method and m["Call-ID"] == call.call_id \
        and f"tag={call.from_tag}" in m["From"] + m["To"]
