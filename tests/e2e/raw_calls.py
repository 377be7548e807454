"""Method calls as text, and the faults that they get."""

import xmlrpc.client

#: What hangs up calls, with what it needs.
ACTS = [("disconnectCall", {"ID": "x"}), ("disconnectAccount", {"i_account": 11}), ("disconnectCustomer", {"i_customer": 1})]


def raw(api, body):
    """(code, text) of the fault that a body gets."""
    try:
        value = api.post(body).value()
    except xmlrpc.client.Fault as fault:
        return fault.faultCode, fault.faultString
    raise AssertionError(f"answered {value!r:.300}")


def call(method, params):
    """A method call with `params` as XML, for what Python's encoder would not write."""
    return f"<?xml version='1.0'?><methodCall><methodName>{method}</methodName>{params}</methodCall>"


def struct(*members):
    """One struct of (name, value as XML)."""
    inner = "".join(f"<member><name>{name}</name><value>{value}</value></member>" for name, value in members)
    return f"<params><param><value><struct>{inner}</struct></value></param></params>"


def is_alive(daemon):
    return "listAllCalls" in daemon.trusted().call("system.listMethods")
