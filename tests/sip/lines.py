"""One dialog of a SIP end: what it has sent and heard. phones.py has the ends that have them.

`heard` is how it was told that it is over: BYE, CANCEL, or the number of a refusal, each transaction once, however often it
was sent; `said` is what it did about that itself. Who ends a call itself hears nothing, everybody else exactly one thing."""

import re
import urllib.parse

from ends import PATIENCE, sdp, token
from timers import later


class Line:
    """One dialog of a phone. `state` is early, up or over; `code` the final answer that it got to its INVITE."""

    def __init__(self, phone, call_id, number, invite=None):
        self.phone, self.call_id, self.number, self.invite = phone, call_id, number, invite
        self.tag = token()
        self.state = "early"
        self.codes = []            #: answers to its INVITE, 100 aside
        self.heard, self.said = [], []
        self.asked = []            #: directions of media in re-INVITEs that came
        self.agreed = []           #: answers to re-INVITEs of its own
        self.notified = []         #: what became of its REFER
        self.messages = []         #: everything that came, as it came
        self.lost_acks = 0         #: so many answers are not acknowledged
        self.deaf = 0              #: so many messages that would end it are not heard
        self.lasts = None          #: seconds after which it hangs up what was answered
        self.picks_up_late = False  #: it answers the call when it is cancelled
        self.target, self.routes, self.remote, self.cseq, self.version = "", [], "", 0, 0
        self.media = phone.media   #: the address of its media
        self.is_lost = False       #: whatever was at its other end has died without a word
        self.is_surprised = False  #: it may be hung up just as it does so itself
        self.last_reply = None
        self._known = set()

    # --- what the test does

    def wait(self, wanted, seconds=PATIENCE):
        """Waits for a state, an answer to the INVITE, or until a function of the line is true; returns the line."""
        def is_there():
            if callable(wanted):
                return wanted(self)
            return wanted in self.codes if isinstance(wanted, int) else self.state == wanted
        self.phone.wait(is_there, f"{wanted} of {self}", seconds)
        return self

    def reply(self, code, *headers):
        """Answers its INVITE, unless it is over."""
        with self.phone.changed:
            if self.state != "early" or not self.invite:
                return self
            if code >= 200:
                self.state = "up" if code < 300 else "over"
                if code >= 300:
                    self.said.append(code)
                self.phone.repeat(("ACK", self.tag), self._send_reply, code, headers)
            self._send_reply(code, headers)
            self.phone.changed.notify_all()
        return self

    def answer(self):
        return self.reply(200)

    def bye(self):
        with self.phone.changed:
            if self.state == "up":
                self.state = "over"
                self.said.append("BYE")
                self._request("BYE")
                self.phone.changed.notify_all()
        return self

    def cancel(self):
        with self.phone.changed:
            if self.state == "early" and not self.invite:
                self.said.append("CANCEL")
                self._request("CANCEL", branch=self.branch, cseq=1)
        return self

    def lose(self):
        """It is over, for nobody is there any more."""
        with self.phone.changed:
            self.state, self.is_lost = "over", True
            self.phone.stop_repeating(("ACK", self.tag))
            self.phone.changed.notify_all()

    def ask(self, direction):
        """A re-INVITE: sendonly puts on hold, sendrecv takes back."""
        self._request("INVITE", self._sdp(direction))
        return self

    def refer(self, number):
        """Transfers who is at the other end to a number."""
        return self._refer(f"sip:{number}@127.0.0.1:{self.phone.switch[1]}")

    def refer_to_line(self, other):
        """Transfers who is at the other end to who is at the other end of another line of this phone."""
        replaced = f"{other.call_id};to-tag={re.search('tag=([^;]+)', other.remote)[1]};from-tag={other.tag}"
        return self._refer(f"{other.target}?Replaces={urllib.parse.quote(replaced, safe='')}")

    def may_leave(self):
        """Whether the switch has said that its transfer goes well, or that it is over."""
        return self.state == "over" or any(re.match("SIP/2.0 (18|2)", said) for said in self.notified)

    def was_refused(self):
        """Whether the switch has said that it does not transfer: who is not connected yet cannot be."""
        return any(re.match("SIP/2.0 [3-6]", said) for said in self.notified)

    def leave(self):
        """Hangs up when it has transferred the call."""
        return self.wait(Line.may_leave).bye()

    # --- messages

    def _refer(self, target):
        self._request("REFER", headers=[("Refer-To", f"<{target}>"), ("Referred-By", f"<{self.local}>")])
        return self

    def _sdp(self, direction="sendrecv"):
        self.version += 1
        return sdp(self.media).replace("o=- 1 1", f"o=- 1 {self.version}") + f"a={direction}\r\n"

    def _send_reply(self, code, headers=()):
        self.last_reply = (code, headers)
        self.phone.send_reply(self.invite, code, self, self._sdp() if code in (183, 200) else "", headers)

    def _request(self, method, body="", headers=(), branch=None, cseq=None):
        if method not in ("ACK", "CANCEL"):
            self.cseq += 1
        branch = branch or "z9hG4bK" + token()
        arguments = (f"{method} {self.target} SIP/2.0", [
            self.phone.via(branch), *(("Route", route) for route in self.routes), ("Max-Forwards", "70"),
            ("From", f"<{self.local}>;tag={self.tag}"), ("To", self.remote), ("Call-ID", self.call_id),
            ("CSeq", f"{cseq or self.cseq} {method}"), self.phone.contact(self.user), *headers], body, self.phone.switch)
        self.phone.send(*arguments)
        if method != "ACK":
            self.phone.repeat((method, branch), self.phone.send, *arguments)
        return branch

    def begin(self, headers):
        self.branch = self._request("INVITE", self._sdp(), headers)

    def __repr__(self):
        return f"{self.phone.name}:{self.number} {self.state} heard {self.heard} said {self.said} got {self.codes}"

    def take_answer(self, message):
        """An answer to an INVITE of ours."""
        if message.code == 100:
            return
        if message.code < 200:
            self.codes.append(message.code)
            return
        if self.invite or message["CSeq"].split()[0] != "1":  # to one within the dialog
            self._request("ACK", branch=message.branch if message.code >= 300 else None,
                          cseq=message["CSeq"].split()[0])
            self.agreed.append(message.code)
            return
        if message.code < 300 and self.state == "over" and max(self.codes) >= 300:
            return  # its transaction is over: it knows of no call
        is_first = message.code not in self.codes
        self.codes += [message.code] * is_first
        if message.code >= 300:
            before, self.remote = self.remote, message["To"]
            self._request("ACK", branch=message.branch, cseq=1)
            self.remote = before
            if is_first and "CANCEL" not in self.said:
                self.heard.append(message.code)
            self.state = "over"
            return
        if is_first:
            self.remote, self.target = message["To"], message.uri()
            self.routes = list(reversed(message.all("Record-Route")))
            self.state = "up"
            if self.lasts is not None:
                later(self.lasts, self.bye)
        if self.lost_acks:
            self.lost_acks -= 1
        else:
            self._request("ACK", cseq=1)
        if is_first and "CANCEL" in self.said:  # they have crossed
            self.state = "over"
            self._request("BYE")

    def take_end(self, message):
        """A BYE or a CANCEL. It is answered, unless the line is to be deaf."""
        if (message.method, message.branch) not in self._known:
            self._known.add((message.method, message.branch))
            self.heard.append(message.method)
        if self.deaf:
            self.deaf -= 1
            return
        self.phone.send_reply(message, 200, self)
        if message.method == "BYE":
            self.phone.stop_repeating(("ACK", self.tag))
            self.state = "over"
        elif self.state == "early":
            if self.picks_up_late:
                self.reply(200)
            else:
                self.state = "over"
                self._send_reply(487)

    def take_request(self, message):
        """Whatever else comes within the dialog."""
        if message.method == "NOTIFY":
            self.notified.append(message.body.strip())
        body = ""
        if message.method == "INVITE":
            self.asked += re.findall("a=(send[a-z]*|recvonly|inactive)", message.body)[:1]
            body = self._sdp()
        self.phone.send_reply(message, 200, self, body)
