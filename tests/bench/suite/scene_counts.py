"""Filters and counts among all calls: what they cost beside the list without a filter."""

import statistics
import time

from suite.rows import Row
from suite.world import Sim, body_of, daemon, fetch, wait_for_calls

#: A filter, and what leaves all calls in the list: what it costs on top.
KEEPING_ALL = {"cc_state": "Connected", "cld": "*", "min_duration": 0.0, "switch": "sbc-1"}

#: A filter that leaves next to nothing of it.
LEAVING_FEW = {"cli": "no such number", "cld": "*9999999", "media_ip": "203.0.113.*", "account": "quiet", "max_delay": 0.0}

#: A key to count by, and within how many ms.
KEYS = {"i_vendor": 50, "i_account": 10, "i_customer": 10, "top_customer": 10, "switch": None, "cc_state": None,
        "cld_prefix:4": None}


def seconds_of(node, method, times=5, **fields):
    body = body_of(method, i_customer=1, **fields)
    return statistics.median(fetch(node.http_port, body)[1] for _ in range(times))


def measure(calls):
    rows = []
    with daemon() as node, Sim(node.feed_port, calls, hold=True, connect_probability=1):
        wait_for_calls(node, calls)
        time.sleep(11)  # for so long accounts tell lists of calls that came to them
        whole = seconds_of(node, "listAllCalls")
        for name, value in KEEPING_ALL.items():
            seconds = seconds_of(node, "listAllCalls", **{name: value})
            rows.append(Row(f"filter.all.{name}", f"listAllCalls with {name} that all {calls:,} calls have", seconds, "s",
                            f"{whole:.3f} s without", seconds / whole, 1.1))
        for name, value in LEAVING_FEW.items():
            seconds = seconds_of(node, "listAllCalls", **{name: value})
            rows.append(Row(f"filter.few.{name}", f"… with {name} that few have, or none", seconds * 1e3, "ms", "", seconds * 1e3, 100))
        for key, most in KEYS.items():
            seconds = seconds_of(node, "getCallCounts", group_by=key)
            rows.append(Row(f"counts.{key.split(':')[0]}", f"getCallCounts by {key}", seconds * 1e3, "ms", "",
                            seconds * 1e3 if most else None, most))
    return rows
