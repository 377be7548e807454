"""Random calls, transfers and hang-ups on a stage, by many threads at once, that stop in the middle: what is then up is known
from the ends alone."""

import itertools
import random
import threading
import traceback
from dataclasses import dataclass

from churn_scripts import B2BUA_SCRIPTS, SCRIPTS
from stage import ACCOUNTS
from story import B2BUA
from test_kamailio import live

PLAYERS = 20
PAUSE = (0.1, 1.5)   #: seconds between the steps of a call
LASTS = (0.3, 5)     #: seconds that a call is up
SURPRISED = 0.2      #: of the calls, how many are hung up through the API at any moment
SOON = 10             #: seconds that a step of a call may take before its player gives it up

ATTEMPTS = 5         #: of a transfer, before channels are connected

CALLERS = ["801", "821", "822", "831", "841"]


class Over(Exception):
    """A call did not get any further: it was hung up, or the time is over."""


@dataclass
class Up:
    """A call that must be listed."""

    owner: object   #: the line that began it
    lines: list

    @property
    def key(self):
        return self.owner.call_id, self.owner.user


class Churn:
    """Plays until stop(). Afterwards `up` are the calls that must be listed, and no others."""

    def __init__(self, stage, seed):
        self.stage, self.up, self.played, self.faults = stage, [], {}, []
        self.seed = seed
        self._over, self._lock, self._numbers = threading.Event(), threading.Lock(), itertools.count(100000)
        self._players = [threading.Thread(target=self._run, args=(random.Random(f"{seed} {n}"),), daemon=True)
                         for n in range(PLAYERS)]

    def start(self):
        for player in self._players:
            player.start()
        return self

    def stop(self):
        self._over.set()
        for player in self._players:
            player.join()

    def _run(self, dice):
        names = SCRIPTS + B2BUA_SCRIPTS * (self.stage.kind in B2BUA)
        while not self._over.is_set():
            one = Script(self, dice, dice.choice(names))
            try:
                one.play()
            except Exception:
                self.faults.append(traceback.format_exc())
                return

    def number(self, first):
        return f"{first}{next(self._numbers)}"

    def took(self, script, up):
        with self._lock:
            self.played[script] = self.played.get(script, 0) + 1
            self.up += up

    def wait(self, seconds):
        """False when it is all over meanwhile."""
        return not self._over.wait(seconds)


class Script:
    """One play of one of the scripts below."""

    def __init__(self, churn, dice, script):
        self.churn, self.stage, self.dice, self.script = churn, churn.stage, dice, script
        self.lines, self.calls, self.is_surprised = [], [], dice.random() < SURPRISED
        self.caller = self.surprise = None

    def play(self):
        try:
            self.script(self)
        except Over:
            self.end()
        if self.surprise:
            self.surprise.join()
        self.churn.took(self.script.__name__, self.calls)

    # --- steps

    def call(self, number, account=None, phone=None):
        """A call; who is surprised is hung up through the API at any moment from now."""
        account = account or self.dice.choice(CALLERS)
        line = (phone or self.stage.caller).call(account, number)
        self.add(line)
        if self.is_surprised and not self.caller:
            self.surprise = threading.Timer(self.dice.uniform(0, 3), self.hang_up, (line,))
            self.surprise.start()
        self.caller = self.caller or line
        return line

    def at(self, phone, number):
        """The line at which the call of a number has come."""
        return self.add(self.until(lambda: phone.arrived.get(number, [None])[-1], phone))

    def add(self, line):
        line.is_surprised = self.is_surprised
        self.lines.append(line)
        return line

    def until(self, condition, phone=None):
        try:
            return (phone or self.stage.caller).wait(condition, self.script.__name__, SOON)
        except TimeoutError:
            if self.is_surprised:
                raise Over from None
            raise

    def answered(self, line):
        self.until(lambda: line.state != "early", line.phone)
        if line.state != "up":
            if self.is_surprised:
                raise Over
            raise AssertionError(f"{line} was not to end")

    def gone(self, line):
        self.until(lambda: line.state == "over", line.phone)

    def transfer(self, line, refer):
        """Until the switch does so; then who has transferred the call hangs up."""
        for _ in range(ATTEMPTS):
            line.notified.clear()
            refer()
            self.until(lambda: line.may_leave() or line.was_refused(), line.phone)
            if line.may_leave():
                line.bye()
                return
            if self.is_surprised:  # Asterisk may owe it a BYE then, for a time that is its own
                raise Over
            self.pause()
        raise AssertionError(f"{line} cannot transfer: {line.notified}")

    def pause(self):
        return self.churn.wait(self.dice.uniform(*PAUSE))

    def hang_up(self, line):
        """Through the API."""
        api = self.stage.daemon.trusted()
        for id, row in live(self.stage.daemon).items():
            if (row["CALL_ID"], row["CLI"]) == (line.call_id, line.user):
                api.disconnectCall(ID=id)
        api.close()

    def stand(self, *calls):
        """Lets calls (owner, its lines) be up for a while, then ends them in some way; or leaves them, when it is all over."""
        if self.churn.wait(self.dice.uniform(*LASTS)):
            self.end([line for _, lines in calls for line in lines], calls)
        elif self.is_surprised:
            raise Over
        else:
            self.calls = [Up(owner, lines) for owner, lines in calls]

    def end(self, lines=None, calls=()):
        """Somebody hangs up, or the API does."""
        lines = self.lines if lines is None else lines
        if calls and not self.is_surprised and self.dice.random() < 0.3:
            self.hang_up(calls[0][0])
        elif calls:
            self.dice.choice(lines).bye()
        for line in self.lines if not calls else ():
            line.cancel()
            line.bye()
            line.reply(486)
        for line in self.lines:
            self.until(lambda line=line: line.state == "over", line.phone)


def expected(churn):
    """What lists must say: {(Call-ID, CLI): account}."""
    return {up.key: ACCOUNTS[up.owner.user][0] for up in churn.up}
