# What the scripts share. Sourced, not run: it goes to the root of the project and defines a few words.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian's own interpreter: the one that the python3-* packages are for.
PYTHON=/usr/bin/python3

# say TEXT...: a headline in the output of a script.
say() { printf '\n== %s\n' "$*"; }

# die TEXT...: ends the script with a reason.
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
