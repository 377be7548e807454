"""Three hundred calls of one customer are hung up at once on each real switch, while another account makes fifty new calls a
second."""

import threading
import time

import pytest

from harness import PATIENCE, wait_until
from phones import ANSWER
from real_switches import SWITCHES
from stage import ACCOUNTS
from test_kamailio import OK

pytestmark = pytest.mark.slow

CROWD = 300
CROWD_RATE = 60  #: new calls of the crowd a second, while they are set up
OTHERS_RATE = 50
OTHERS_LAST = 0.8  #: seconds; there are some forty of them at a time


class Others:
    """Calls of account 841, so many new ones a second, that hang up themselves."""

    def __init__(self, stage):
        self.stage, self.lines, self._over = stage, [], threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        wait_until(lambda: [line for line in self.lines if line.said], what="the first of the others to have ended")
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _run(self):
        due = time.monotonic()
        while not self._over.is_set():
            self.lines.append(self.stage.caller.call("841", f"56{len(self.lines):06}", lasts=OTHERS_LAST))
            due += 1 / OTHERS_RATE
            time.sleep(max(0, due - time.monotonic()))


def gather(stage, accounts):
    """The crowd, up; in equal parts of the accounts."""
    lines = []
    for number in range(CROWD):
        lines.append(stage.caller.call(accounts[number % len(accounts)], f"55{number:06}"))
        time.sleep(1 / CROWD_RATE)
    for line in lines:
        line.wait("up")
    return lines


def over(lines):
    left = [line for line in lines if line.state != "over"]
    assert not left, f"{len(left)}, such as {left[:4]}"
    return True


@pytest.mark.parametrize("how", ["account", "customer"])
@pytest.mark.parametrize("kind", SWITCHES)
def test_three_hundred_calls_are_hung_up_at_once_and_none_of_fifty_new_ones_a_second(stage, kind, how):
    stage.carrier_a.plan = ANSWER
    account, customer = ACCOUNTS["821"]
    crowd = gather(stage, ["821"] if how == "account" else ["821", "831"])
    ours = [*crowd, *(stage.carrier_a.rings(line.number) for line in crowd)]
    wait_until(lambda: len([row for row in stage.api.listActiveCalls(i_customer=customer)
                            if row["CC_STATE"] == "Connected"]) == CROWD, what="the rows of the crowd")
    with Others(stage) as others:
        if how == "account":
            answer = stage.api.disconnectAccount(i_account=account)
        else:
            answer = stage.api.disconnectCustomer(i_customer=customer)
        assert answer == {**OK, "count": CROWD}
        wait_until(lambda: over(ours), seconds=4 * PATIENCE, what="the end of the crowd")
        meanwhile = len(others.lines)
        wait_until(lambda: len(others.lines) > meanwhile + OTHERS_RATE / 2, what="calls after that")
    assert not [line for line in ours if line.heard != ["BYE"] or line.said]
    wait_until(lambda: over(others.lines), what="the end of the others")
    assert not [line for line in others.lines if line.said != ["BYE"] or line.heard]
    stage.is_over()
