"""Fixtures of the suite that is played on every real switch."""

import pytest

pytest.register_assert_rewrite("b2bua_scenes", "churn", "churn_scripts", "real_switches", "scenes", "stage")
from stage import Stage  # noqa: E402


@pytest.fixture(scope="module")
def stages():
    """The stage of each kind of switch, which the tests of a file share one after the other."""
    opened = {}

    def on(kind):
        if kind not in opened:
            opened[kind] = Stage(kind)
        return opened[kind]
    yield on
    for stage in opened.values():
        stage.close()


@pytest.fixture
def stage(stages, kind):
    """That of the switch that is called `kind`, without calls."""
    current = stages(kind)
    current.begin()
    yield current
    current.clear()
