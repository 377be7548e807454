"""The Kamailios that a laboratory can run: the machine's own, and those of other Debians in their roots."""

import functools
import os
import pathlib
import re
import shutil
import subprocess

from roots import PATH, Root, Unavailable


class Kamailio:
    """A Kamailio that is at least `low`, and older than `below`: sid's moves. Without a root it is the machine's own."""

    def __init__(self, name, root=None, low=(0,), below=(1000,)):
        self.name, self.root, self.low, self.below = name, root, low, below

    def command(self, *arguments, folder="/"):
        """The command that runs it. Unavailable when it is not here; RuntimeError when its root has another version."""
        self.version()
        return self._command("kamailio", *arguments, folder=folder)

    @functools.lru_cache(maxsize=None)
    def version(self):
        """What it is, as "6.1.5"."""
        told = subprocess.run(self._command("kamailio", "-v"), env={**os.environ, "PATH": PATH}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        version = re.search(r"kamailio ([0-9]+\.[0-9.]+)", told)
        if not version:
            raise RuntimeError(f"{self.root or 'the machine'} has no Kamailio that runs: {told}")
        if not self.low <= tuple(map(int, version.group(1).split("."))) < self.below:
            raise (RuntimeError if self.root else Unavailable)(
                f"{self.root or 'the machine'} has Kamailio {version.group(1)}, not {self.name}")
        return version.group(1)

    def file(self, path):
        """Where a file of its package is, of which `path` is the absolute path there. Raises as command() does."""
        self.version()
        return (self.root.path if self.root else pathlib.Path("/")) / path.removeprefix("/")

    def _command(self, *command, folder="/"):
        if self.root:
            return self.root.command(*command, folder=folder)
        if not shutil.which(command[0], path=PATH):
            raise Unavailable("this machine has no Kamailio, which scripts/setup installs")
        return list(command)


#: By what --kamailio calls them.
KAMAILIOS = {kamailio.name: kamailio for kamailio in (
    Kamailio("own"),
    Kamailio("5.6", None, (5, 6), (6,)),
    Kamailio("6.0", Root("trixie"), (6, 0), (6, 1)),
    Kamailio("6.1", Root("sid"), (6, 1), (7,)),
)}


def chosen():
    """The one that laboratories run which are told of none: KAMAILIO in the environment names it."""
    return KAMAILIOS[os.environ.get("KAMAILIO", "own")]
