"""The opening handshake on every runtime: what is accepted, what is refused and how."""

import pytest
from websockets.exceptions import InvalidStatus

from tests.websockets.wire import Wire, handshake
from tests.websockets.ws_rows import frame

BAD = [
    ("no key", {"Sec_WebSocket_Key": None}, 400),
    ("a short key", {"Sec_WebSocket_Key": "c2hvcnQ="}, 400),
    ("a key of 18 bytes", {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQab"}, 400),
    ("no base64", {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25j!Q=="}, 400),
    ("POST", {"method": "POST", "Content_Length": "0"}, 400),
    ("a content", {"Content_Length": "2"}, 400),
    ("HTTP/1.0", {"version": "1.0"}, 400),
    ("no version", {"Sec_WebSocket_Version": None}, 426),
    ("version 8", {"Sec_WebSocket_Version": "8"}, 426),
    ("malformed extensions", {"Sec_WebSocket_Extensions": "permessage-deflate;"}, 400),
    ("another origin", {"Origin": "http://evil.example"}, 403),
    ("answered by the application", {"path": "/elsewhere"}, 401),
]


def ask(port, request):
    with Wire(port) as wire:
        wire.send(request)
        return wire.head()


def test_accepted(echo):
    status, fields = ask(echo.port, handshake(Connection="keep-alive, Upgrade", Upgrade="WebSocket"))
    assert status == 101
    assert fields["upgrade"] == "websocket"
    assert fields["connection"] == "Upgrade"
    assert fields["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert not {"sec-websocket-protocol", "sec-websocket-extensions", "content-length"} & set(fields)


@pytest.mark.parametrize(("name", "changes", "expected"), BAD, ids=[row[0] for row in BAD])
def test_refused(echo, name, changes, expected):
    body = b"xx" if changes.get("Content_Length") == "2" else b""
    status, fields = ask(echo.port, handshake(**changes) + body)
    assert status == expected
    assert "sec-websocket-accept" not in fields
    if expected == 426:
        assert fields["sec-websocket-version"] == "13"
        assert fields["upgrade"] == "websocket"


def test_origin_accepted(echo):
    assert ask(echo.port, handshake(Origin="http://good.example"))[0] == 101


def test_connection_goes_on_after_refusal(echo):
    with Wire(echo.port) as wire:
        wire.send(handshake(Sec_WebSocket_Version="8"))
        assert wire.head()[0] == 426
    with pytest.raises(InvalidStatus) as refused, echo.connect(origin="http://evil.example"):
        pass
    assert refused.value.response.status_code == 403


def test_no_upgrade_is_an_ordinary_request(echo):
    assert ask(echo.port, handshake("/state", Upgrade=None, Connection=None))[0] == 200
    assert ask(echo.port, handshake("/state", Connection="keep-alive"))[0] == 200
    assert ask(echo.port, handshake("/state", Upgrade="h2c"))[0] == 200


def test_sub_protocols(echo):
    with echo.connect(subprotocols=["other", "chat"]) as ws:
        assert ws.subprotocol == "chat"
        ws.send("!protocol")
        assert ws.recv() == "protocol chat"
    with echo.connect(subprotocols=["other"]) as ws:
        assert ws.subprotocol is None
        ws.send("!protocol")
        assert ws.recv() == "protocol None"


def test_sub_protocol_that_nobody_offered(echoes):
    echo = echoes.start()
    assert ask(echo.port, handshake(Sec_WebSocket_Protocol="wrong"))[0] == 500
    echo.process.wait_for("OnWebSocketProtocol must return one of")


def test_frames_right_behind_the_handshake(echo):
    with Wire(echo.port) as wire:
        wire.send(handshake() + frame(1, b"early") + frame(2, b"half")[:3])
        assert wire.head()[0] == 101
        assert wire.hear() == (1, b"early", True)
        wire.send(frame(2, b"half")[3:])
        assert wire.hear() == (2, b"half", True)


def test_a_handshake_behind_an_answer_that_comes_late(echo):
    """What has come with it and what waits in the system is read in its order, and after the acceptance."""
    data = frame(1, b"one") + frame(1, b"two")
    with Wire(echo.port) as wire:
        wire.send(b"GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n" + handshake() + data[:5])
        echo.state()  # the server has seen that much
        wire.send(data[5:])
        echo.get("/go")
        assert wire.head()[0] == 200
        assert wire.head()[0] == 101
        assert [wire.hear(), wire.hear()] == [(1, b"one", True), (1, b"two", True)]


def test_an_application_that_answers_the_handshake_later(echo):
    with Wire(echo.port) as wire:
        wire.send(handshake("/wait"))
        echo.state()  # the server has seen it
        echo.get("/go")
        assert wire.head()[0] == 200


def test_message_from_the_accepting_callback(echo):
    with Wire(echo.port, "/hello") as wire:
        assert wire.hear() == (1, b"hello", True)


def test_callback_that_raises_when_accepting(echo):
    with Wire(echo.port, "/fail") as wire:
        assert wire.hear_close() == 1011


def test_nobody_accepts(echoes):
    echo = echoes.start()
    echo.get("/refuse-all")
    assert ask(echo.port, handshake())[0] == 501
    assert ask(echo.port, handshake("/state", Upgrade=None, Connection=None))[0] == 200
