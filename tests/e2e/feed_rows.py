"""What the tests of the feed say and look for."""

from harness import wait_until


def listed(daemon, count):
    wait_until(lambda: len(daemon.everything()) == count, what=f"{count} calls")


def row(daemon, id, switch="sbc-1"):
    return daemon.everything().get(f"{switch}:{id}")


def await_row(daemon, id, switch="sbc-1", **fields):
    return wait_until(lambda: (found := row(daemon, id, switch)) and fields.items() <= found.items() and found,
                      what=f"call {id} with {fields}")


def call(id, state="Connected", **fields):
    return {"id": id, "state": state, "setup_time": 1e9, "i_account": 11, **fields}
