"""SIP ends that hold the other side to its numbers: each request of a dialog must have a higher CSeq than the one before.

    with Carrier("carrier", "user:realm:password", port=lab.callee_port) as carrier, StrictEnd("caller") as caller:
        carrier.on_invite = lambda invite: carrier.reply(invite, 180)   # called for authenticated INVITEs alone
"""

import hashlib
import re

from ends import End, token


def _md5(*parts):
    return hashlib.md5(":".join(parts).encode()).hexdigest()


def number(message):
    """The number of a message's CSeq."""
    return int(message["CSeq"].split()[0])


class StrictEnd(End):
    """Refuses with 500 what its dialog has left behind (RFC 3261, 12.2.2), and what it was told in vain is in `refused`. An
    ACK of another number than its INVITE's is in `stray`."""

    def __init__(self, name, port=0):
        self._highest = {}
        self._invited = {}
        self.refused, self.stray = [], []
        super().__init__(name, port)

    def _take(self, message):
        if message.code is None and not self._follows(message):
            self.received.append(message)
            self.refused.append(message)
            self.reply(message, 500)
            return
        super()._take(message)

    def _follows(self, request):
        """Whether a request has a number that it may have."""
        dialog, came = (request["Call-ID"], request.tag("From")), number(request)
        if request.method == "ACK":
            if not request.tag("To").endswith("-0") and came not in self._invited.get(dialog, ()):
                self.stray.append(request)
        elif request.method == "INVITE":
            self._invited.setdefault(dialog, set()).add(came)
        if request.method in ("ACK", "CANCEL"):
            return True
        if request.tag("To") and came <= self._highest.get(dialog, 0):
            return False
        self._highest[dialog] = max(came, self._highest.get(dialog, 0))
        return True


class Carrier(StrictEnd):
    """A gateway that asks who is calling: `code` is 401 or 407. `credential` is as that of Kamailio's module uac."""

    def __init__(self, name, credential, port=0, code=407):
        self.user, self.realm, self.password = credential.split(":")
        self.code = code
        self.nonces = set()
        super().__init__(name, port)

    def _take(self, message):
        if message.method == "INVITE" and message.code is None and not message.tag("To") \
                and not self._is_authenticated(message):
            self.received.append(message)
            self.challenge(message)
            return
        super()._take(message)

    def challenge(self, invite):
        nonce = token()
        self.nonces.add(nonce)
        header = "WWW-Authenticate" if self.code == 401 else "Proxy-Authenticate"
        self.send(f"SIP/2.0 {self.code} Who", [
            *(("Via", via) for via in invite.all("Via")), ("From", invite["From"]),
            ("To", f"{invite['To']};tag={self.name}-0"), ("Call-ID", invite["Call-ID"]), ("CSeq", invite["CSeq"]),
            (header, f'Digest realm="{self.realm}", nonce="{nonce}", algorithm=MD5')], "", invite.address)

    def _is_authenticated(self, invite):
        header = invite["Authorization" if self.code == 401 else "Proxy-Authorization"]
        said = dict(re.findall(r'(\w+)="([^"]*)"', header))
        if said.get("nonce") not in self.nonces:
            return False
        expected = _md5(_md5(self.user, self.realm, self.password), said["nonce"], _md5("INVITE", said["uri"]))
        return said["response"] == expected
