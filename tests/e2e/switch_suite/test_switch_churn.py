"""Random calls, transfers and hang-ups on each real switch; then lists, the switch and the SIP ends have the same calls, and
no others. Twenty seconds, or --churn=SECONDS."""

import random
import time

import pytest

from churn import Churn, expected
from harness import wait_until
from real_switches import SWITCHES
from test_kamailio import live

pytestmark = pytest.mark.slow


def compare(stage, churn):
    """Asserts that lists have what is up, all of it Connected: no phantoms, and none missing."""
    rows = live(stage.daemon)
    listed = {(row["CALL_ID"], row["CLI"]): row["I_ACCOUNT"] for row in rows.values()}
    wanted = expected(churn)
    phantoms = {key: account for key, account in listed.items() if key not in wanted}
    missing = {key: account for key, account in wanted.items() if key not in listed}
    assert not phantoms and not missing, f"phantoms {phantoms}, missing {missing}"
    assert listed == wanted and len(rows) == len(listed)
    assert {row["CC_STATE"] for row in rows.values()} <= {"Connected"}
    return rows


@pytest.mark.parametrize("kind", SWITCHES)
def test_lists_the_switch_and_the_ends_agree_after_random_calls(stage, kind, request):
    seconds = request.config.getoption("churn")
    churn = Churn(stage, random.randrange(1 << 32)).start()
    print("the seed of this churn:", churn.seed)
    time.sleep(seconds)
    churn.stop()
    print({script: churn.played[script] for script in sorted(churn.played)})
    assert not churn.faults, "\n".join(churn.faults)
    assert len(churn.played) > 5
    rows = wait_until(lambda: compare(stage, churn), what="lists as the ends have it")
    lines = [line for up in churn.up for line in up.lines]
    stage.stays({id: "Connected" for id in rows}, lines)
    answer = stage.api.disconnectCustomer(i_customer=1)
    assert answer["result"] == "OK" and 0 < answer["count"] <= len(rows)  # the end of one may be that of another
    wait_until(lambda: all(line.state == "over" for line in lines), what="the end of all calls")
    stage.is_over()
