"""SIP ends that act by a plan and keep of each dialog what it has heard: many calls at once, and transfers.

    with Phone("desk", lab.sip_port, lab.phone_port) as desk, Phone("caller", lab.sip_port) as caller:
        desk.plan = ANSWER
        line = caller.call("801", "15550001").wait("up")
        line.bye()

A Line (lines.py) is one dialog."""

import re
import threading
import time

from ends import PATIENCE, End, token
from lines import Line
from timers import later

#: What a phone does with a call: after so many seconds it says this.
RING = ((0, 180),)
ANSWER = ((0, 180), (0.05, 200))
EARLY_MEDIA = ((0, 183),)
BUSY = ((0, 180), (0.1, 486))
BROKEN = ((0, 503),)

FIRST_PAUSE = 0.5  #: seconds before what is not answered is sent again; each pause is twice the one before
PAUSES = 6


def moved(number, port):
    """The plan of who sends callers elsewhere."""
    return ((0, 302, ("Contact", f"<sip:{number}@127.0.0.1:{port}>")),)


class Phone(End):
    """An end with many lines. `plans` by dialled number, else `plan`, say what it does with a call."""

    def __init__(self, name, switch_port, port=0, media="127.0.1.1"):
        self.switch, self.media = ("127.0.0.1", switch_port), media
        self.plan, self.plans = RING, {}
        self.lines = {}
        self.strays = []   #: BYEs and CANCELs that belong to no line
        self.arrived = {}  #: lines by the number that was dialled
        self._by_branch, self._unanswered = {}, set()
        self.changed = threading.Condition(threading.RLock())
        super().__init__(name, port)

    def call(self, user, number, call_id=None, headers=(), **attributes):
        """Calls a number through the switch, and returns the line. `attributes` of the line are set before."""
        line = Line(self, call_id or f"{token(16)}@127.0.0.1", number)
        line.user, line.local = user, f"sip:{user}@127.0.0.1:{self.port}"
        line.target = f"sip:{number}@127.0.0.1:{self.switch[1]}"
        line.remote = f"<{line.target}>"
        for name, value in attributes.items():
            setattr(line, name, value)
        with self.changed:
            self.lines[line.tag] = line
            line.begin(headers)
        return line

    def wait(self, condition, what, seconds=PATIENCE):
        """Waits until the condition is true, and returns what it gave."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not (result := condition()):
                if not self.changed.wait(max(0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise TimeoutError(f"{self.name}: {what} not within {seconds} s; lines: {list(self.lines.values())}")
        return result

    def rings(self, number, count=1):
        """Waits until so many calls of a number have come, and returns the last of them."""
        return self.wait(lambda: self.arrived.get(number, [])[count - 1:count], f"a call of {number}")[0]

    def open_lines(self):
        with self.changed:
            return [line for line in self.lines.values() if line.state != "over"]

    def forget(self):
        """Forgets lines, and plans."""
        with self.changed:
            self.plan, self.plans = RING, {}
            self.lines, self.arrived, self.strays = {}, {}, []
            self._by_branch, self._unanswered = {}, set()

    # --- messages

    def repeat(self, key, function, *arguments, pause=FIRST_PAUSE, times=PAUSES):
        """Does it again, until stop_repeating(key)."""
        self._unanswered.add(key)

        def again(pause, times):
            with self.changed:
                if self._open and key in self._unanswered and times:
                    function(*arguments)
                    later(2 * pause, again, 2 * pause, times - 1)
        later(pause, again, pause, times)

    def stop_repeating(self, key):
        self._unanswered.discard(key)

    def send_reply(self, request, code, line, body="", headers=()):
        to = request["To"] if "tag=" in request["To"] else f"{request['To']};tag={line.tag}"
        copied = [(name, value) for name in ("Via", "Record-Route") for value in request.all(name)]
        contact = [] if any(name == "Contact" for name, _ in headers) else [self.contact(self.name)]
        self.send(f"SIP/2.0 {code} -", [*copied, ("From", request["From"]), ("To", to), ("Call-ID", request["Call-ID"]),
                                        ("CSeq", request["CSeq"]), *contact, *headers], body, request.address)

    def _take(self, message):
        with self.changed:
            if message.code is not None:
                self._take_reply(message)
            elif message.method in ("INVITE", "CANCEL") and not message.tag("To"):
                self._take_first(message)
            else:
                self._take_within(message)
            self.changed.notify_all()

    def _take_reply(self, message):
        self.stop_repeating((message.method, message.branch))
        line = self.lines.get(message.tag("From"))
        if line:
            line.messages.append(message)
            if message.method == "INVITE":
                line.take_answer(message)
            elif message.method == "REFER" and message.code >= 300:
                line.notified.append(message.start)

    def _take_first(self, message):
        line = self._by_branch.get(message.branch)
        if message.method == "CANCEL":
            if line:
                line.messages.append(message)
                line.take_end(message)
            else:
                self.strays.append(message)
        elif line:  # it did not hear us
            if line.last_reply:
                line._send_reply(*line.last_reply)
        else:
            self._begin(message)

    def _begin(self, message):
        number = re.match("INVITE sips?:([^@;>]*)", message.start)[1]
        line = Line(self, message["Call-ID"], number, message)
        line.user, line.local = self.name, message.uri("To")
        line.remote, line.target, line.routes = message["From"], message.uri(), message.all("Record-Route")
        line.messages.append(message)
        self.lines[line.tag] = self._by_branch[message.branch] = line
        self.arrived.setdefault(number, []).append(line)
        for seconds, code, *headers in self.plans.get(number, self.plan):
            if seconds:
                later(seconds, line.reply, code, *headers)
            else:
                line.reply(code, *headers)

    def _take_within(self, message):
        line = self.lines.get(message.tag("To"))
        if not line:
            if message.method == "BYE":
                self.strays.append(message)
            return
        line.messages.append(message)
        if message.method == "ACK":
            self.stop_repeating(("ACK", line.tag))
        elif message.method == "BYE":
            line.take_end(message)
        else:
            line.take_request(message)
