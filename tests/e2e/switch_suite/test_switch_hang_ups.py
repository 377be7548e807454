"""Each scene of the story on each real switch is hung up through the API: each end hears it once, whoever is not meant
nothing."""

import pytest

from harness import wait_until
from real_switches import SWITCHES
from story import STORY

pytestmark = pytest.mark.slow

WAYS = [pytest.param(switch, scene, how, id=f"{switch}-{scene.__name__}-{how}")
        for scene, switches, ways in STORY for switch in switches for how in ways]


def over(lines):
    return all(line.state == "over" for line in lines)


@pytest.mark.parametrize(("kind", "scene", "how"), WAYS)
def test_each_end_of_a_scene_hears_once_that_it_is_hung_up(stage, kind, scene, how):
    moment = scene(stage)
    stage.agrees(moment.rows, moment.lines)
    calls = {id: (state, lines) for id, state, lines in moment.calls}
    while calls:
        meant = stage.disconnect(how, next(iter(calls)), moment.together)
        stage.die(meant)
        if moment.together:
            meant = set(calls)
        ended = [line for id in meant for line in calls.pop(id)[1]]
        wait_until(lambda: over(ended), what=f"the end of {ended}")
        stage.agrees({id: state for id, (state, _) in calls.items()}, [line for _, lines in calls.values() for line in lines])
    stage.is_over()


@pytest.mark.parametrize("kind", SWITCHES)
def test_hang_ups_that_meet_the_answer_leave_nobody_in_a_call(stage, kind):
    """Forty calls are answered one after the other while all are hung up, again and again."""
    stage.carrier_a.plans = {f"15550{number:02}": ((0, 180), (0.3 + 0.02 * number, 200)) for number in range(40)}
    callers = [stage.caller.call("801", number, is_surprised=True) for number in stage.carrier_a.plans]
    callees = [stage.carrier_a.rings(line.number) for line in callers]
    for line in callees:
        line.is_surprised = True
    counts = []

    def are_over():
        counts.append(stage.api.disconnectCustomer(i_customer=1)["count"])
        return over(callers + callees)
    wait_until(are_over, what="the end of all calls")
    assert sum(counts) == len(callers)
    stage.is_over()
