"""Each real switch, and the daemon, end in the middle of calls and come back."""

import time

import pytest

import b2bua_scenes as b2bua
import scenes
from harness import wait_until
from real_switches import SWITCHES
from scenes import connected
from story import B2BUA
from test_asterisk import overview
from test_kamailio import live, ready

pytestmark = pytest.mark.slow

UP = [scenes.answered, scenes.held, scenes.cancelled]
UP_AT_A_B2BUA = [*UP, b2bua.transferred_by_the_callee, b2bua.prompt, b2bua.parked]


def play(stage):
    """Calls in many states at once: {ID: state}, and their lines."""
    rows, lines = {}, []
    for scene in UP_AT_A_B2BUA if stage.kind in B2BUA else UP:
        for phone in stage.phones:  # who rings is found by the number, the same in all scenes
            phone.arrived.clear()
        moment = scene(stage)
        rows.update(moment.rows)
        lines += moment.lines
    stage.stays(rows, lines)
    return rows, lines


def works(stage):
    """A new call comes, and is hung up."""
    caller, callee, id = connected(stage, "15559999")
    stage.agrees({id: "Connected"}, [caller, callee])
    stage.die(stage.disconnect("call", id))
    stage.is_over()


@pytest.mark.parametrize("kind", SWITCHES)
def test_calls_of_a_killed_switch_are_listed_until_it_is_back_without_them(stage, kind):
    rows, lines = play(stage)
    stage.switch.kill()
    wait_until(lambda: f"{len(rows)} unverified" in overview(stage.daemon), what="calls that are unverified")
    time.sleep(1)
    assert live(stage.daemon).keys() == rows.keys()
    assert not [line for line in lines if line.heard]
    for line in lines:
        line.lose()
    stage.switch.start()
    wait_until(lambda: not live(stage.daemon), what="the end of the calls")
    works(stage)


@pytest.mark.parametrize("kind", B2BUA)
def test_calls_that_end_with_a_restart_at_once_are_over_when_it_is_back(stage, kind):
    """`core restart now` tells nobody on the manager interface."""
    rows, lines = play(stage)
    stage.switch.restart_now()
    for line in lines:
        if line.state != "over":
            assert not line.heard
            line.lose()
    wait_until(lambda: not live(stage.daemon), what="the end of the calls")
    works(stage)


def restart_daemon(stage):
    """As after a power failure."""
    stage.daemon.kill()
    stage.daemon.start()
    ready(stage.daemon)
    stage.api = stage.daemon.trusted()


def accounts(stage):
    return sorted(row["I_ACCOUNT"] for row in live(stage.daemon).values())


def what_stays(stage):
    """What of its row a call keeps for ever."""
    return {id: [row[name] for name in ("I_ACCOUNT", "CLI", "CLD", "SETUP_TIME")] for id, row in live(stage.daemon).items()}


def hang_up_all(stage, how, lines):
    while left := live(stage.daemon):
        stage.die(stage.disconnect(how, next(iter(left)), together=True))
    wait_until(lambda: all(line.state == "over" for line in lines), what="the end of all calls")
    stage.is_over()


@pytest.mark.parametrize("how", ["call", "account"])
@pytest.mark.parametrize("kind", SWITCHES)
def test_a_killed_daemon_comes_back_with_all_calls_and_hangs_them_up(stage, kind, how):
    rows, lines = play(stage)
    before = accounts(stage)
    restart_daemon(stage)
    stage.agrees(rows, lines)
    assert accounts(stage) == before
    hang_up_all(stage, how, lines)


@pytest.mark.parametrize("scene", [b2bua.transferred_by_the_caller, b2bua.transferred_across_accounts],
                         ids=lambda scene: scene.__name__)
@pytest.mark.parametrize("kind", B2BUA)
def test_a_call_whose_caller_has_gone_is_the_same_after_that(stage, kind, scene):
    """What no list tells of it any more is noted in its channels."""
    moment = scene(stage)
    stage.stays(moment.rows, moment.lines)
    before = what_stays(stage)
    restart_daemon(stage)
    wait_until(lambda: what_stays(stage) == before, what="the same calls")
    stage.stays(moment.rows, moment.lines)
    hang_up_all(stage, "call", moment.lines)
