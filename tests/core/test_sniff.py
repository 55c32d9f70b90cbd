import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.limits import JSON_LINE_LIMIT_BYTES
from core.wire.messages import From, Hello, encode
from core.wire.proxy import V2_SIGNATURE, encode_v2
from core.wire.sniff import REQUEST_LINE_LIMIT_BYTES, First, first_line, http_answer, sniff

BROWSER_POST = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1:4045\r\nOrigin: https://evil.test\r\n"
    b"Content-Type: text/plain;charset=UTF-8\r\nContent-Length: 21\r\n\r\n"
    b'{"type":"hello"}\r\nhi\r\n'
)
METHODS = [
    *("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PRI"),
    *("PROPFIND", "M-SEARCH", "get", "brew", "X"),
]
TLS = bytes.fromhex("16030100c8010000c40303")
RDP = bytes.fromhex("0300002f2ae00000000000436f6f6b69653a")
SMB = bytes.fromhex("00000045ff534d4272000000")
SIP = b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm\r\n\r\n"

CHAT = [
    b"hello",
    b"GET milk",
    b"POST it later",
    b"GET",
    b"GET / ",
    b"GET / please",
    b"I like HTTP/2",
    b"we use HTTP/1.1",
    b"does the proxy speak HTTP/2",
    b"POST it to them via HTTP/1.1",
    b"SSH-2.0 is what it says",
    b"PROX",
    b"PROXYING is hard",
    b"{",
    b"{}",
    b"[1]",
    b'{"type":"say","room":"lobby","text":"x"}',
    b'{"type":"hello"',
    b'{"type":["hello"]}',
    b'{"kind":"hello"}',
    b'{"a":{"type":"hello"}}',
    b'"hello"',
    b"{" * 10_000,
    b'{"type":' * 5000,
    "Grüße".encode(),
    "Grüße".encode("latin-1"),
    b"\x1b[31mred\x1b[0m",
    b"a\x08b",
    b"/nick alice",
    b"with a NUL \x00 inside",
    b" ",
]


@pytest.mark.parametrize("line", CHAT)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r\x00", b"\r"])
def test_chat_is_chat(line: bytes, end: bytes) -> None:
    assert sniff(line) is First.WAIT
    assert sniff(line + end) is First.TEXT
    assert first_line(line) is First.TEXT


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_method_is_http(method: str, end: bytes) -> None:
    for target in ("/", "*", "http://127.0.0.1:4045/x", "127.0.0.1:4045", "/a b", "/?q=%0a"):
        for version in ("HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/3"):
            line = f"{method} {target} {version}".encode()
            assert sniff(line + end) is First.HTTP
            assert first_line(line) is First.HTTP


@pytest.mark.parametrize(
    "data",
    [
        BROWSER_POST,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET milk HTTP/1.1\r\n",
        b"\r\nGET / HTTP/1.1\r\n\r\n",
        b"\n\n\r\nPOST / HTTP/1.1\r\n\r\n",
        b"GET  /\tHTTP/1.1 \r\n",
        b"GET /" + b"a" * REQUEST_LINE_LIMIT_BYTES,
        b"GET https://127.0.0.1/" + b"a" * 300_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_requests_in_odd_clothes_are_http(data: bytes) -> None:
    assert sniff(data) is First.HTTP


@pytest.mark.parametrize(
    "data",
    [
        TLS,
        RDP,
        SMB,
        SIP,
        b"\x00",
        b"\x05\x01\x00",
        b"\x04\x01\x00\x50",
        b"OPTIONS / RTSP/1.0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
        bytes.fromhex("300c0201016007020103040080000a"),  # an LDAP bind
        b"\x80\x9e\x01\x03\x01\x00u\x00\x00\x00\n",
        b"\r\nPROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n",
    ],
)
def test_what_is_not_for_us_is_foreign(data: bytes) -> None:
    assert sniff(data) is First.FOREIGN


@pytest.mark.parametrize(
    "line",
    [
        b'{"type":"hello"}',
        b' { "nick" : "a" , "join":{"lobby":{"last":50}}, "type" : "hello" } ',
        b'{"type":"\\u0068ello"}',
        b'{"type":"hello","nick":17}',
        encode(Hello(nick="Ж", join={"lobby": From()}))[:-1],
        json.dumps({"join": {f"r{n}": {"last": 5} for n in range(50)}, "type": "hello"}).encode(),
    ],
)
def test_a_hello_is_a_program(line: bytes) -> None:
    assert sniff(line) is First.WAIT
    assert sniff(line + b"\n") is First.HELLO
    assert sniff(line + b'\r\n{"type":"ping"}\n') is First.HELLO
    assert first_line(line) is First.HELLO


def test_a_proxy_header_is_told_by_its_beginning() -> None:
    for whole in (b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n", V2_SIGNATURE + b"\x21"):
        decided = len(b"PROXY ") if whole[:1] == b"P" else len(V2_SIGNATURE)
        for length in range(len(whole)):
            expected = First.WAIT if length < decided else First.PROXY
            assert sniff(whole[:length]) is expected


def test_a_proxy_header_after_the_greeting_is_not_chat() -> None:
    assert first_line(b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2") is First.FOREIGN
    assert first_line(b"PROXY is down again") is First.TEXT


def test_telnet_is_told_by_its_first_byte() -> None:
    assert sniff(b"\xff") is First.TEXT
    assert sniff(b"\xff\xfd\x03GET / HTTP/1.1\r\n") is First.TEXT
    # Ctrl-C in the middle of what is typed: telnet, not a scanner.
    assert sniff(b"hi\xff\xf4\xff\xfd\x06\r\n") is First.TEXT


def test_blank_lines_wait_for_a_line_that_says_something() -> None:
    assert sniff(b"") is First.WAIT
    assert sniff(b"\r\n\r\n") is First.WAIT
    assert sniff(b"\n\nhello\n") is First.TEXT


def test_a_line_too_long_for_anybody_is_left_to_text_mode() -> None:
    line = b'{"type":"hello","nick":"' + b"a" * JSON_LINE_LIMIT_BYTES
    assert sniff(line) is First.TEXT
    assert sniff(line + b'"}\n') is First.TEXT
    assert first_line(line + b'"}') is First.TEXT


first_bytes = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *(b"\r", b"\n", b"\r\n", b" ", b"GET", b" / ", b"HTTP/1.1", b"PROXY ", b"\x00"),
                *(b'{"type":"hello"', b"}", b"\x16", b"\x03", V2_SIGNATURE, b"SSH-2.0-x", b"\xc3"),
                b"\xff",
            ]
        ),
        max_size=8,
    ).map(b"".join),
)


@given(first_bytes)
@example(BROWSER_POST)
@example(SIP)
@example(b"\r\n\r\n\x00\r\nQUIT\nx")
@example(b"\r\n\r\n\x00\r\nQUIZ\n")
@example(b"GET /" + b"a" * (REQUEST_LINE_LIMIT_BYTES + 9) + b" b\n")
@example(encode_v2(("1.2.3.4", 5), ("::1", 6), b"secret"))
def test_where_the_network_cuts_does_not_matter(data: bytes) -> None:
    last = sniff(data)
    for length in range(len(data)):
        assert sniff(data[:length]) in (First.WAIT, last)


@given(st.binary(max_size=200))
def test_a_first_line_is_never_undecided(line: bytes) -> None:
    assert first_line(line) in (First.TEXT, First.HELLO, First.HTTP, First.FOREIGN)


@pytest.mark.parametrize("method", ["GET", b"POST", "PRI", "brew"])
@pytest.mark.parametrize("web_url", [None, "http://127.0.0.1:8080/"])
def test_the_http_answer_is_complete(method: str | bytes, web_url: str | None) -> None:
    head, _, body = http_answer(method, web_url).partition(b"\r\n\r\n")
    status, *fields = head.decode("ascii").split("\r\n")
    headers = dict(field.split(": ", 1) for field in fields)
    assert status.startswith("HTTP/1.1 421 ")
    assert headers["Connection"] == "close"
    assert int(headers["Content-Length"]) == len(body)
    assert not any(field.startswith("Access-Control") for field in headers)
    assert (web_url or "nc or telnet") in body.decode()
    assert body.endswith(b"\n")


def test_head_gets_no_body() -> None:
    whole = http_answer("GET", "http://h/")
    assert whole.startswith(http_answer("HEAD", "http://h/"))
    assert http_answer(b"HEAD", "http://h/").endswith(b"\r\n\r\n")
