"""What the black-box tests are made of: a daemon, switches that feed it, and clients that ask it.

Nothing but the standard library and the two programs. Every test takes free ports and its own directory, so any
number may run at once. The programs are taken from $ROLLCALL_BIN, by default build/release/bin.
"""
# flake8: noqa: F401

from .api import Api, Response, authorization, digest, exchange, parse_challenge, request
from .basics import BIN, PATIENCE, PORTS, ROOT, client_context, free_port, make_certificate, run, wait_until
from .daemon import Daemon, merge, toml
from .example import (ACTIVE, CUSTOMER_OF, DIRECTORY, PARENT_OF, PASSWORDS, ROW, SECRET, STATES, SWITCHES, covers,
                      many_accounts)
from .stream import Stream
from .switch import Switch, next_id
