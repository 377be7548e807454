"""In which encoding a request is, and who says so (contract, section 4)."""

import gzip
import xmlrpc.client

import pytest

NAME = "J\u00fc\u20acrgen"  # in windows-1252 the euro sign is a byte of the C1 range


def document(text, encoding, declared=True):
    """A call of an unknown method, whose name the fault repeats: what the daemon has understood."""
    declaration = f' encoding="{encoding}"' if declared else ""
    return f'<?xml version="1.0"{declaration}?><methodCall><methodName>{text}</methodName></methodCall>'


def understood(api, body, content_type="text/xml"):
    """The name as the daemon read it, or the status of the refusal and its text."""
    answer = api.post(body, {"Content-Type": content_type})
    if answer.status != 200:
        return answer.status, answer.text
    with pytest.raises(xmlrpc.client.Fault) as caught:
        answer.value()
    fault = caught.value
    if fault.faultCode == -32700:
        return fault.faultCode, fault.faultString
    return fault.faultString.removeprefix("unknown method '").removesuffix("'")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip", "br", "aws-chunked", "gzip, identity", "identity, gzip",
                                      "GZIP"])
def test_a_body_with_a_content_encoding_is_415(api, encoding):
    body = xmlrpc.client.dumps((), "system.listMethods").encode()
    for sent in (body, gzip.compress(body)):
        answer = api.post(sent, {"Content-Encoding": encoding})
        assert answer.status == 415 and "Content-Encoding" in answer.text


@pytest.mark.parametrize("encoding", ["identity", "Identity", "", "identity, identity"])
def test_identity_is_no_content_encoding(api, encoding):
    answer = api.post(xmlrpc.client.dumps((), "system.listMethods"), {"Content-Encoding": encoding})
    assert "listAllCalls" in answer.value()


@pytest.mark.parametrize("charset", ["iso-8859-1", "ISO-8859-1", '"ISO-8859-1"', "latin1", "windows-1252", "utf-16", "koi8-r",
                                     "utf-9", '""'])
@pytest.mark.parametrize("kind", ["text/xml", "application/xml"])
def test_a_charset_that_is_not_the_documents_is_400(api, kind, charset):
    for body in (document("x", "", declared=False), document("x", "UTF-8"), document("\u00fc", "utf-8")):
        status, text = understood(api, body.encode(), f"{kind}; charset={charset}")
        assert status == 400 and "charset" in text and "utf-8" in text


@pytest.mark.parametrize("body", [document(NAME, "windows-1252").encode("windows-1252"),
                                  document("\u00fc", "ISO-8859-1").encode("latin-1"), document("x", "utf-16").encode("utf-16")])
def test_a_document_in_another_encoding_is_400_when_the_header_says_utf_8(api, body):
    status, text = understood(api, body, "text/xml; charset=utf-8")
    assert status == 400 and "utf-8" in text


@pytest.mark.parametrize("content_type", [
    "text/xml", "text/xml; charset=utf-8", "text/xml;charset=UTF-8", 'text/xml; charset="utf-8"', "text/xml; charset=utf8",
    "application/xml; charset=utf-8; x=y", 'text/xml; x="; charset=latin1"; charset=utf-8', "text/xml; charset = utf-8",
    "text/xml;", "text/xml; charset"])
@pytest.mark.parametrize("declared", [True, False])
def test_utf_8_is_read_however_it_is_announced(api, content_type, declared):
    assert understood(api, document(NAME, "utf-8", declared).encode(), content_type) == NAME


def test_ascii_and_utf_8_pass_for_each_other_where_the_bytes_are_both(api):
    assert understood(api, document("x", "us-ascii").encode(), "text/xml; charset=utf-8") == "x"
    assert understood(api, document("x", "utf-8").encode(), "text/xml; charset=us-ascii") == "x"
    assert understood(api, document("\u00fc", "utf-8").encode(), "text/xml; charset=us-ascii")[0] == 400
    assert understood(api, document("\u00fc", "us-ascii").encode(), "text/xml")[0] == -32700


@pytest.mark.parametrize("encoding", ["windows-1252", "Windows-1252", "cp1252", "ISO-8859-15", "latin9"])
def test_a_document_in_a_windows_encoding_is_read_rightly(api, encoding):
    body = document(NAME, encoding).encode(encoding)
    assert understood(api, body) == NAME
    assert understood(api, body, f"text/xml; charset={encoding}") == NAME


def test_each_byte_of_windows_1252_is_the_character_it_stands_for_or_no_document(api):
    for byte in range(0x80, 0x100):
        body = document("|", "windows-1252").encode().replace(b"|", bytes([byte]))
        try:
            expected = bytes([byte]).decode("windows-1252")
        except UnicodeDecodeError:
            expected = (-32700, "parse error")
        assert understood(api, body) == expected, hex(byte)


def test_each_byte_of_latin_1_is_the_character_it_stands_for(api):
    for byte in range(0x80, 0x100):
        body = document("|", "ISO-8859-1").encode().replace(b"|", bytes([byte]))
        assert understood(api, body) == chr(byte), hex(byte)


@pytest.mark.parametrize("encoding", ["iso-8859-1", "latin1", "ISO_8859-1"])
def test_latin_1_is_known_by_its_usual_names(api, encoding):
    body = document("J\u00fcrgen", encoding).encode("latin-1")
    assert understood(api, body) == "J\u00fcrgen"
    assert understood(api, body, "text/xml; charset=iso-8859-1") == "J\u00fcrgen"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", [True, False])
def test_utf_16_is_read_with_and_without_a_mark(api, encoding, declared):
    body = document(NAME, "UTF-16", declared).encode(encoding)
    assert understood(api, body) == NAME
    assert understood(api, body, "text/xml; charset=utf-16") == NAME


def test_a_mark_of_utf_8_is_none_of_the_document(api):
    for declared in (True, False):
        assert understood(api, b"\xef\xbb\xbf" + document(NAME, "utf-8", declared).encode()) == NAME


@pytest.mark.parametrize("body", [
    b"\xef\xbb\xbf" + document("\u00fc", "ISO-8859-1").encode(),
    b"\xef\xbb\xbf" + document("\u00fc", "windows-1252").encode("latin-1"),
    document("\u00fc", "utf-8").encode("utf-16"),
    document("\u00fc", "utf-16").encode(),
    document("\u00fc", "utf-8").encode("latin-1"),
    document("\u00fc", "utf-32").encode("utf-32"),
    document("x", "koi8-r").encode(),
    document("x", "shift_jis").encode(),
    document("x", "utf-7").encode(),
])
def test_a_document_that_contradicts_itself_is_refused_and_never_read_wrongly(api, body):
    assert understood(api, body) == (-32700, "parse error")


def test_a_carriage_return_arrives_as_it_was_sent(api):
    assert understood(api, document("a&#13;b&#xD;&#10;c", "utf-8").encode()) == "a\rb\r\nc"
    # Between two parsers: the gate's, and one that makes a line feed of it unless it is carried past it.
    body = ("<methodCall><methodName>system.methodHelp</methodName><params><param><value><string>a&#13;b&#xD;&#10;c</string>"
            "</value></param></params></methodCall>")
    assert understood(api, body) == "a\rb\r\nc"
