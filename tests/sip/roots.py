"""Programs of other Debians, in the roots that `scripts/setup --switches` makes. They share this machine's network and
processes; its folder of temporary files and the checkout are at their own paths there. Standard library only."""

import os
import pathlib
import tempfile
import unittest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
ROOTS = CHECKOUT / "build" / "roots"

PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

#: The mounts end with the program, which takes the place of this shell: signals and its number are the program's.
ENTER = """
root=$1 folder=$2 checkout=$3 temporary=$4
shift 4
mkdir -p "$root$checkout" "$root$temporary"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --bind "$checkout" "$root$checkout"
mount --rbind "$temporary" "$root$temporary"
exec chroot "$root" env --chdir="$folder" "$@"
"""


class Unavailable(unittest.SkipTest):
    """What a test needs is not on this machine: pytest skips the test, with this as the reason."""


class Root:
    """The root with the switches of a suite of Debian."""

    def __init__(self, suite):
        self.suite = suite
        self.path = ROOTS / f"{suite}-switches"

    def __str__(self):
        return f"the root of {self.suite}"

    def command(self, *command, folder="/"):
        """The command that runs `command` in there, in `folder`. What was mounted below the shared folders when it starts
        is there, too. Unavailable without the root, or the right to enter it."""
        if os.getuid() != 0:
            raise Unavailable(f"only the user root can enter {self}")
        if not (self.path / ".switches").exists():
            raise Unavailable(f"{self} is missing: scripts/setup --switches {self.suite}")
        return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", ENTER, "sh", str(self.path), str(folder),
                str(CHECKOUT), tempfile.gettempdir(), *map(str, command)]


class Host:
    """This machine, as if it were a root: what is installed here."""

    def __str__(self):
        return "this machine"

    def command(self, *command, folder="/"):
        return ["env", f"--chdir={folder}", f"PATH={PATH}", *map(str, command)]
