"""AMI over TLS, with a real Asterisk. Skipped without the root that has it (scripts/setup --switches)."""

import signal

from harness import make_certificate, run, wait_until
from test_asterisk import came, daemon_for, network, overview, sip  # noqa: F401: two of them are fixtures
from test_kamailio import SOON, live, ready


def tls(lab, ca=None, **changes):
    return {"ami": lab.ami_tls, "tls": True, "ca": str(ca or lab.certificate), **changes}


def noted(daemon, text):
    wait_until(lambda: text in overview(daemon), SOON, text)
    assert text in daemon.log_file.read_text()
    assert "connected, synced" not in overview(daemon)


def test_calls_are_listed_and_hung_up_over_tls(sip):  # noqa: F811
    with daemon_for(sip.lab, **tls(sip.lab)) as daemon:
        ready(daemon)
        call, invite = sip.answered()
        row = wait_until(lambda: next((row for row in live(daemon).values()
                                       if row["CALLEE_MEDIA_IP"] and row["CC_STATE"] == "Connected"), None), SOON,
                         "an answered call with the address of its media")
        assert (row["I_ACCOUNT"], row["CALL_ID"]) == (11, call.call_id)
        assert daemon.trusted().disconnectCall(ID=row["ID"]) == {"result": "OK"}
        sip.empty()
        wait_until(lambda: not live(daemon), SOON, "the end of the call")
        assert came(sip.caller, "BYE", call.call_id) == came(sip.carrier, "BYE", invite["Call-ID"]) == 1


def test_an_asterisk_that_ca_has_not_signed_is_not_believed_until_a_hup_says_so(network, tmp_path):  # noqa: F811
    ca = tmp_path / "ca.pem"
    ca.write_text(make_certificate(tmp_path, "other")[0].read_text())
    with daemon_for(network.lab, **tls(network.lab, ca)) as daemon:
        noted(daemon, "the certificate of 'lab' is not signed by ca")
        ca.write_text("no certificate")
        daemon.signal(signal.SIGHUP)
        wait_until(lambda: "not reloaded" in daemon.log_file.read_text(), SOON, "the refusal")
        assert f"asterisk.ca {ca}: holds no certificate (PEM)" in daemon.log_file.read_text()
        ca.write_text(network.lab.certificate.read_text())
        daemon.signal(signal.SIGHUP)
        ready(daemon)
        assert "no connection by TLS" not in overview(daemon)


def test_an_asterisk_of_another_name_is_not_believed(network):  # noqa: F811
    with daemon_for(network.lab, **tls(network.lab, ami=f"localhost:{network.lab.ami_tls_port}")) as daemon:
        noted(daemon, "the certificate of 'lab' is for another host: 127.0.0.1, not for localhost")


def test_the_plain_port_is_told_from_one_with_tls(network):  # noqa: F811
    with daemon_for(network.lab, **tls(network.lab, ami=network.lab.ami)) as daemon:
        noted(daemon, "there is no TLS")


def test_a_configuration_whose_ca_is_missing_is_refused_with_its_line(network, tmp_path):  # noqa: F811
    daemon = daemon_for(network.lab, **tls(network.lab, tmp_path / "missing.pem"))
    checked = run("rollcalld", "--config", daemon.config_file, "--check")
    assert checked.returncode == 78
    line = 1 + daemon.config_file.read_text().splitlines().index(f'ca = "{tmp_path}/missing.pem"')
    assert f"{daemon.config_file}:{line}:6: asterisk.ca {tmp_path}/missing.pem: cannot be read" in checked.stderr
