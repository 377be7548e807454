"""The benchmarks: one scene a module, each with measure(calls) -> list of Row. scripts/bench runs them."""

#: In the order of the table. A scene that needs a program that is not installed raises NotInstalled.
SCENES = ["generator", "million", "counts", "load", "watch", "hang_up", "start", "cluster", "kamailio", "asterisk", "abyss", "redis", "requests"]


class NotInstalled(Exception):
    """What must be installed first (scripts/setup --bench does)."""
