"""Each scene of the story on each real switch: what is listed is right at each step, and nothing is left of it when it has
ended by itself."""

import pytest

from story import STORY

pytestmark = pytest.mark.slow

SCENES = [pytest.param(switch, scene, id=f"{switch}-{scene.__name__}")
          for scene, switches, _ in STORY for switch in switches]


@pytest.mark.parametrize(("kind", "scene"), SCENES)
def test_a_scene_is_listed_as_its_ends_know_it_and_leaves_nothing(stage, kind, scene):
    moment = scene(stage)
    if moment.calls:
        (stage.stays if moment.is_parted else stage.agrees)(moment.rows, moment.lines)
    moment.finish()
    stage.is_over()
