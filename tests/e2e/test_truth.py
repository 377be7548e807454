"""Random days in the life of several switches, against a model that keeps their truth.

Whatever happens — late and repeated events, lost connections, calls that end unseen, a killed daemon — at rest the
lists equal the model and the stats equal the lists within five seconds. $ROLLCALL_SEED repeats one day.
"""

import os
import random
import time

import pytest

from harness import ACTIVE, CUSTOMER_OF, STATES, Daemon, Switch, covers, wait_until

SEED = os.environ.get("ROLLCALL_SEED")
#: Named by their number: processes that share the tests have to agree on their names.
SEEDS = [pytest.param(int(SEED) if SEED else random.SystemRandom().randrange(10**9), id=f"day {day}")
         for day in range(1, 2 if SEED else 4)]

ACCOUNTS = {1: [account for account in CUSTOMER_OF if account < 100], 2: [101, 111]}
ROOTS = {1: 1, 2: 10}
STRANGER = 999  # an account that the directory does not know
SWITCHES = {"sbc-1": 1, "sbc-2": 1, "sbc-3": 2}


class Truth:
    """What one switch knows of its calls: the truth that the daemon must come to."""

    def __init__(self, dice, daemon, name):
        self.dice, self.daemon, self.name = dice, daemon, name
        self.environment = SWITCHES[name]
        self.calls = {}
        self.count = 0
        self.over = []
        self.switch = None

    @property
    def up(self):
        return self.switch is not None and not self.switch.closed

    def connect(self):
        on_disconnect = self.obey
        if self.switch is None:
            self.switch = self.daemon.switch(self.name, on_disconnect=on_disconnect).connect(self.snapshot())
        else:
            self.switch.reconnect(self.snapshot())

    def drop(self):
        if self.switch:
            self.switch.close()
            self.switch.closed = True

    def obey(self, switch, id):
        """Hang-ups of this test come at rest only, so that nothing else touches the calls meanwhile."""
        if self.calls.pop(id, None) is not None:
            switch.obey(id)

    def snapshot(self):
        return [dict(call) for call in list(self.calls.values())]

    def say(self, **message):
        if self.up:
            try:
                self.switch.send(**message)
            except OSError:
                pass

    # what may happen

    def step(self):
        kinds = [self.begin] * 3 + [self.advance] * 8 + [self.finish] * 2 + [self.repeat, self.repeat, self.late,
                                                                             self.move, self.rename, self.ghost]
        self.dice.choice(kinds)()

    def begin(self):
        self.count += 1
        id = f"{self.dice.randrange(16**6):06x}-{self.count}"
        call = {"id": id, "state": self.dice.choice(STATES[:5]), "setup_time": time.time() - self.dice.random() * 1000}
        if self.dice.random() < 0.5:
            call["i_account"] = self.dice.choice([*ACCOUNTS[self.environment], STRANGER])
        if self.dice.random() < 0.5:
            call["cli"] = "".join(self.dice.choice("0123456789+<>&\u00fc\x01") for _ in range(8))
        if self.dice.random() < 0.5:
            call["i_connection"] = self.dice.randrange(1, 5)
        if call["state"] == "Connected":
            call["connect_time"] = call["setup_time"] + self.dice.random() * 10
        self.calls[id] = call
        self.say(type="call", **call)

    def any(self):
        return self.dice.choice(list(self.calls.values())) if self.calls else None

    def advance(self):
        if call := self.any():
            place = STATES.index(call["state"])
            call["state"] = STATES[min(place + self.dice.choice([1, 1, 1, 2]), 5)]
            change = {"id": call["id"], "state": call["state"]}
            if call["state"] == "Connected":
                change["connect_time"] = call["connect_time"] = time.time()
            if "i_account" not in call and self.dice.random() < 0.7:
                change["i_account"] = call["i_account"] = self.dice.choice(ACCOUNTS[self.environment])
            self.say(type="call", **change)

    def finish(self):
        if call := self.any():
            del self.calls[call["id"]]
            self.over.append(call["id"])
            self.say(type="end", id=call["id"], time=time.time())

    def repeat(self):
        if call := self.any():
            self.say(type="call", **call)

    def late(self):
        """An event of a stage that the call has left: it changes nothing."""
        if (call := self.any()) and (place := STATES.index(call["state"])) > 0:
            self.say(type="call", id=call["id"], state=self.dice.choice(STATES[:place]), i_account=STRANGER, cli="late")

    def move(self):
        if call := self.any():
            call["i_account"] = self.dice.choice(ACCOUNTS[self.environment])
            self.say(type="call", id=call["id"], state=call["state"], i_account=call["i_account"])

    def rename(self):
        if call := self.any():
            call["cld"] = str(self.dice.randrange(10**12))
            self.say(type="call", id=call["id"], state=call["state"], cld=call["cld"])

    def ghost(self):
        """News of a call that is over: nothing may come back."""
        if self.over:
            self.say(type="end", id=self.dice.choice(self.over))

    # what must be listed

    def rows(self):
        for call in list(self.calls.values()):
            account = call.get("i_account", 0)
            customer = CUSTOMER_OF.get(account, ROOTS[self.environment])
            yield {"ID": f"{self.name}:{call['id']}", "CC_STATE": call["state"], "I_ACCOUNT": account,
                   "I_CUSTOMER": customer, "I_ENVIRONMENT": self.environment,
                   "CLI": call.get("cli", "").replace("\x01", "\ufffd"), "CLD": call.get("cld", ""),
                   "I_CONNECTION": call.get("i_connection", 0)}


def check(daemon, truths, seed):
    """At rest: every list equals the model, and every count its list."""
    rows = {row["ID"]: row for truth in truths for row in truth.rows()}

    def listed():
        shown = {}
        for id, row in daemon.everything().items():
            if row["CC_STATE"] != "Dead":
                shown[id] = {name: row[name] for name in next(iter(rows.values()), row)}
        return shown

    def difference():
        shown = listed()
        return {"seed": seed, "missing": sorted(rows.keys() - shown.keys())[:5],
                "too many": sorted(shown.keys() - rows.keys())[:5],
                "different": [(shown[id], rows[id]) for id in rows.keys() & shown.keys() if shown[id] != rows[id]][:3]}

    def equal():
        wrong = difference()
        assert not (wrong["missing"] or wrong["too many"] or wrong["different"]), wrong
        return True

    wait_until(equal, 15, f"lists that equal the model (ROLLCALL_SEED={seed})")
    api = daemon.trusted()
    for customer in (1, 2, 3, 4, 10, 11):
        for recursive in (False, True):
            own = [row for row in rows.values() if row["CC_STATE"] in ACTIVE
                   and (covers(customer, row["I_CUSTOMER"]) if recursive else row["I_CUSTOMER"] == customer)]
            expected = {}
            for row in own:
                counts = expected.setdefault(str(row["I_ACCOUNT"]), [0, 0])
                counts[0] += 1
                counts[1] += row["CC_STATE"] == "Connected"
            listed_ids = {row["ID"] for row in api.listActiveCalls(i_customer=customer, recursive=recursive)}
            assert listed_ids == {row["ID"] for row in own}, f"ROLLCALL_SEED={seed}"
            wait_until(lambda: api.getAccountCallStatsCustomer(i_customer=customer, recursive=recursive)["data"]
                       == expected, 5, f"stats of customer {customer} that equal {expected} (ROLLCALL_SEED={seed})")


@pytest.fixture
def stage():
    with Daemon(config={"calls": {"dead_linger": "200ms", "disconnect_retry": "1s"}}) as daemon:
        yield daemon


@pytest.mark.parametrize("seed", SEEDS)
def test_at_rest_the_lists_equal_the_switches_and_the_stats_equal_the_lists(stage, seed):
    print(f"ROLLCALL_SEED={seed}")
    dice = random.Random(seed)
    truths = [Truth(dice, stage, name) for name in SWITCHES]
    for truth in truths:
        truth.connect()
    for _ in range(8):
        for _ in range(dice.randrange(100, 800)):
            dice.choice(truths).step()
        truth = dice.choice(truths)
        match dice.choice(["rest", "drop", "drop", "half", "kill", "takeover"]):
            case "drop":  # the switch lives on while it is not heard
                truth.drop()
                for _ in range(dice.randrange(200)):
                    truth.step()
            case "half":  # half of its calls end unseen
                truth.drop()
                for id in dice.sample(list(truth.calls), len(truth.calls) // 2):
                    truth.over.append(id)
                    del truth.calls[id]
            case "kill":
                stage.kill()
                for other in truths:
                    other.drop()
                stage.start()
            case "takeover":  # a second connection, while the first is still up
                first, truth.switch = truth.switch, None
                truth.connect()
                first.wait_closed()
                first.close()
        for truth in truths:
            if not truth.up:
                truth.connect()
        check(stage, truths, seed)
    for truth in truths:
        truth.drop()


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_at_rest_after_mass_disconnects_only_the_calls_of_others_are_left(stage, seed):
    dice = random.Random(seed)
    truths = [Truth(dice, stage, name) for name in SWITCHES]
    for truth in truths:
        truth.connect()
    for _ in range(4):
        for _ in range(600):
            dice.choice(truths).step()
        check(stage, truths, seed)
        customer = dice.choice([2, 3, 4])
        meant = [row for truth in truths for row in truth.rows() if covers(customer, row["I_CUSTOMER"])]
        countable = [row for row in meant if STATES.index(row["CC_STATE"]) <= 4]
        assert stage.trusted().disconnectCustomer(i_customer=customer) == {"result": "OK", "count": len(countable)}
        wait_until(lambda: not [row for truth in truths for row in truth.rows()
                                if covers(customer, row["I_CUSTOMER"]) and row["CC_STATE"] != "Disconnecting"])
        check(stage, truths, seed)
    for truth in truths:
        truth.drop()


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_while_calls_come_and_go_no_list_shows_one_twice_or_misses_one_that_stays(stage, seed):
    """Some calls only change states and accounts; each list made meanwhile shows every one of them once."""
    dice = random.Random(seed)
    truth = Truth(dice, stage, "sbc-1")
    truth.connect()
    for _ in range(200):
        truth.begin()
    lasting = {f"sbc-1:{id}" for id in truth.calls}
    wait_until(lambda: lasting <= stage.everything().keys())
    other = Truth(dice, stage, "sbc-2")
    other.connect()
    api = stage.trusted()
    for turn in range(100):
        for _ in range(20):
            dice.choice([truth.advance, truth.move, truth.rename, truth.late])()
            other.step()
        order = ["oldest_first", "oldest_last", "longest_first", "longest_last"][turn % 4]
        ids = [row["ID"] for row in api.listAllCalls(i_customer=1, order=order)]
        assert len(ids) == len(set(ids)), f"a call twice; ROLLCALL_SEED={seed}"
        assert lasting <= set(ids), f"missing {lasting - set(ids)}; ROLLCALL_SEED={seed}"
    check(stage, [truth, other], seed)
    truth.drop()
    other.drop()


def test_a_model_that_lies_is_found_out(stage):
    """The check itself can fail: otherwise the days above prove nothing."""
    truth = Truth(random.Random(1), stage, "sbc-1")
    truth.connect()
    truth.begin()
    check(stage, [truth], 1)
    truth.calls["never"] = {"id": "never", "state": "Connected", "setup_time": 1}
    with pytest.raises(AssertionError):
        wait_until(lambda: set(stage.everything()) == {row["ID"] for row in truth.rows()}, 0.5)
    truth.drop()
    assert isinstance(truth.switch, Switch)
