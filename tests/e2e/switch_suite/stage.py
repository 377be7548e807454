"""Where the story is told: a real switch, a daemon that watches it, and the SIP ends, whose counters are the truth
(docs/decisions/0160)."""

import contextlib
import time

from harness import DIRECTORY, PATIENCE, Daemon, covers, wait_until
from real_switches import SWITCHES
from test_kamailio import OK, counts_of, live, ready
from phones import Phone  # that real_switches has named the folder of

#: The account's number and the customer's of each account of environment 1.
ACCOUNTS = {entry["username"]: (entry["i_account"], entry["i_customer"]) for entry in DIRECTORY["accounts"]
            if entry["i_customer"] < 10}

#: Longer than legs of one call may be apart, and than a list takes to come (docs/decisions/0152), in seconds.
APART = 1.4


class Stage:
    """One switch with a daemon and four ends: customers' phones, two carriers, and the desk of account 802."""

    def __init__(self, kind):
        with contextlib.ExitStack() as opened:
            self.switch = SWITCHES[kind]()
            opened.callback(self.switch.stop)
            port = self.switch.sip_port
            ends = [("caller", 0, "127.0.1.1"), *zip(("carrier-a", "carrier-b"), self.switch.carrier_ports,
                                                     ("127.0.1.8", "127.0.1.9")),
                    ("desk", self.switch.desk_port, "127.0.1.7")]
            self.phones = [opened.enter_context(Phone(name, port, at, media)) for name, at, media in ends]
            self.caller, self.carrier_a, self.carrier_b, self.desk = self.phones
            self.switch.start()
            self.daemon = opened.enter_context(Daemon(switches={}, config={
                **self.switch.config(), "calls": {"dead_linger": "500ms"}}))
            ready(self.daemon)
            self.api = self.daemon.trusted()
            opened.callback(self.api.close)
            self._opened = opened.pop_all()
        self.kind, self._is_judged = kind, False

    def close(self):
        with self._opened:
            self.judge_again()
            assert self.daemon.metrics()["rollcall_tally_drift_total"] == 0

    # --- what is listed

    def row(self, line, state, account="801", connection=None, **fields):
        """Waits until the call of a line has a row, and one alone, that says this, and returns its ID."""
        fields = {"CC_STATE": state, "I_ACCOUNT": ACCOUNTS[account][0], "I_CUSTOMER": ACCOUNTS[account][1],
                  "CLI": line.user, "CLD": line.number, **fields}
        if connection is not None:
            fields["I_CONNECTION"] = connection

        def said():
            rows = [row for row in live(self.daemon).values() if (row["CALL_ID"], row["CLI"]) == (line.call_id, line.user)]
            assert [{name: row[name] for name in fields} for row in rows] == [fields]
            return rows[0]["ID"]
        return wait_until(said, what=f"the row of {line}")

    def agrees(self, rows, lines, seconds=PATIENCE):
        """Waits until lists, counts, the switch and the ends have these calls ({ID: state}) of these lines, and no others."""
        def compare():
            listed = live(self.daemon)
            assert {id: row["CC_STATE"] for id, row in listed.items()} == rows
            active = self.api.listActiveCalls(i_customer=1)
            assert {row["ID"] for row in active} == rows.keys()
            counts = self.api.getAccountCallStatsCustomer(i_customer=1, recursive=True)
            assert counts == {**OK, "data": counts_of(listed.values())}
            opened = [line for phone in self.phones for line in phone.open_lines()]
            assert sorted(map(id, opened)) == sorted(map(id, lines)), f"{opened}, not {lines}"
            self.switch.agrees(listed, lines)
            return True
        wait_until(compare, seconds, f"{rows} of {lines}")

    def stays(self, rows, lines):
        """The same, now and when legs that are apart would have been told."""
        time.sleep(APART)
        self.agrees(rows, lines)

    # --- hanging up

    def disconnect(self, how, id, together=False):
        """By its `call`, its `account` or its `customer`; returns the IDs of all calls that were meant. `together`: the end of
        one ends the others, which then may need no hang-up any more."""
        rows = live(self.daemon)
        account, customer = rows[id]["I_ACCOUNT"], rows[id]["I_CUSTOMER"]
        if how == "call":
            assert self.api.disconnectCall(ID=id) == OK
            return {id}
        if how == "account":
            meant = {each for each, row in rows.items() if row["I_ACCOUNT"] == account}
            answer = self.api.disconnectAccount(i_account=account)
        else:
            meant = {each for each, row in rows.items() if covers(customer, row["I_CUSTOMER"])}
            answer = self.api.disconnectCustomer(i_customer=customer)
        assert answer == {**OK, "count": answer["count"]}
        assert 1 <= answer["count"] <= len(meant) if together else answer["count"] == len(meant)
        return meant

    def die(self, ids):
        """Waits until calls have been shown as over, and are gone."""
        dead = set()

        def are_gone():
            rows = self.daemon.everything()
            dead.update(id for id in ids & rows.keys() if rows[id]["CC_STATE"] == "Dead")
            return not ids & rows.keys()
        wait_until(are_gone, what=f"{ids} to be gone")
        assert dead == ids

    # --- the end

    def is_over(self):
        """Waits until nobody has a call, and judges."""
        self.agrees({}, [])
        wait_until(self.switch.is_empty, what="the switch's own list to be empty")
        wait_until(lambda: not self.daemon.everything(), what="the lists to be empty")
        self.judge()
        self._is_judged = True

    def judge(self):
        """Asserts that each line that did not end its call itself heard once that it is over, and no other did."""
        for phone in self.phones:
            assert not phone.strays, f"{phone.name} got {phone.strays}, which belong to no line"
            for line in list(phone.lines.values()):
                if line.is_lost:  # its switch has died
                    assert not line.heard, line
                elif line.picks_up_late:
                    assert line.heard == ["CANCEL", "BYE"], line
                elif line.is_surprised:
                    assert len(line.heard) < 2 or line.heard == ["CANCEL", "BYE"], line
                    assert line.heard or line.said, line
                else:
                    assert len(line.heard) == (0 if line.said else 1), line

    def begin(self):
        """Before each test: what came since the last one was judged is judged as well, then forgotten."""
        self.judge_again()
        for phone in self.phones:
            phone.forget()
        self._is_judged = False

    def judge_again(self):
        if self._is_judged:
            self.judge()

    def clear(self):
        """After a test: ends what it has left, if it failed."""
        if self._is_judged:
            return

        def is_clear():
            self.daemon.trusted().disconnectCustomer(i_customer=1)
            self.switch.hang_up_all()
            for phone in self.phones:
                for line in phone.open_lines():
                    line.deaf = 0
                    line.cancel()
                    line.bye()
                    line.reply(487)
            return not live(self.daemon) and self.switch.is_empty()
        wait_until(is_clear, 3 * PATIENCE, "the end of what a test has left")
