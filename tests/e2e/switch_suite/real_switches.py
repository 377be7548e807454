"""The real switches that the story is told against, behind one face: how each is started, what rollcalld is told of it, and
what it says itself of its calls."""

import contextlib
import os
import pathlib
import sys

from harness import wait_until
from test_asterisk import block
from test_kamailio import shown

SIP = pathlib.Path(__file__).resolve().parents[2] / "sip"
sys.path.insert(0, str(SIP))
from ami import Ami  # noqa: E402
from asterisk_lab import AsteriskLab  # noqa: E402
from lab import Lab, free_port  # noqa: E402

#: How often the whole list of a switch is asked for: it must not make up for what events should have told.
RARE = "10m"


class Asterisk:
    """A back-to-back user agent: each line of an end is a channel of its own."""

    kind = "asterisk"

    def __init__(self):
        self.lab = AsteriskLab(more=SIP / "asterisk_story")
        self.sip_port, self.desk_port = self.lab.sip_port, self.lab.phone_port
        self.carrier_ports = self.lab.carrier_port, self.lab.second_port
        self._ami = None

    def start(self):
        self.lab.start()
        assert f"Asterisk {os.environ['ASTERISK']}." in self.lab.version(), self.lab.version()

    def config(self):
        return {"asterisk": [block(self.lab, connections={"carrier-a": 1, "carrier-b": 2, "carrier-load": 3},
                                   snapshot_interval=RARE)]}

    def ask(self, action, **fields):
        """Of its manager interface."""
        if self._ami:
            with contextlib.suppress(OSError):
                return self._ami.ask(action, **fields)
        self._ami = Ami(self.lab.ami_port)
        return self._ami.ask(action, **fields)

    def channels(self):
        """Those with an end of SIP, by their Uniqueids."""
        items = [item for item in self.ask("CoreShowChannels") if item.get("Event") == "CoreShowChannel"]
        return {item["Uniqueid"]: item for item in items if item["Channel"].startswith("PJSIP/")}

    def is_empty(self):
        return not [item for item in self.ask("CoreShowChannels") if item.get("Event") == "CoreShowChannel"]

    def agrees(self, rows, lines):
        """Asserts that its own list is that of the rows, and has as many channels as the ends have lines."""
        channels = self.channels()
        assert len(channels) == len(lines), f"{sorted(c['Channel'] for c in channels.values())} and {lines}"
        assert len(rows) <= len(channels)

    def hang_up_all(self):
        for id in self.channels():
            self.ask("Hangup", Channel=id)

    def kill(self):
        self.lab.kill()

    def restart_now(self):
        """Ends all calls, and waits until it serves again."""
        self.ask("Ping")
        self.lab.cli("core restart now")

        def is_away():
            try:
                return not self._ami.ask("Ping")
            except OSError:
                return True
        wait_until(is_away, what="the end of Asterisk")
        wait_until(lambda: "udp" in self.lab.cli("pjsip show transports"), what="Asterisk to be back")

    def stop(self):
        if self._ami:
            self._ami.close()
        self.lab.stop()


class Kamailio:
    """A proxy: the ends of a call are those of one dialog."""

    kind = "kamailio"

    def __init__(self):
        self.lab = Lab()
        self.sip_port, self.desk_port = self.lab.sip_port, free_port()
        self.carrier_ports = self.lab.callee_port, free_port()

    def start(self):
        self.lab.start_kamailio(config=SIP / "story.cfg", SECOND_HOP=f'"sip:127.0.0.1:{self.carrier_ports[1]}"',
                                DESK_HOP=f'"sip:127.0.0.1:{self.desk_port}"')

    def config(self):
        return {"kamailio": [{"name": self.lab.name, "evapi": self.lab.evapi, "rpc": self.lab.rpc_url,
                              "snapshot_interval": RARE}]}

    def is_empty(self):
        return not self.lab.dialogs()

    def agrees(self, rows, lines):
        """Asserts that its dialogs are those of the rows, and those that the ends have."""
        dialogs = {f"{dialog['h_entry']}-{dialog['h_id']}": shown(dialog["call-id"]) for dialog in self.lab.dialogs()}
        assert {"-".join(id.split("-")[-2:]): row["CALL_ID"] for id, row in rows.items()} == dialogs
        assert {line.call_id for line in lines} == {row["CALL_ID"] for row in rows.values()}

    def hang_up_all(self):
        for dialog in self.lab.dialogs():
            with contextlib.suppress(RuntimeError):
                self.lab.rpc("dlg.end_dlg", dialog["h_entry"], dialog["h_id"])

    def kill(self):
        self.lab.kill_kamailio()

    def stop(self):
        self.lab.stop()


#: By what the table of the story calls them.
SWITCHES = {switch.kind: switch for switch in (Asterisk, Kamailio)}
