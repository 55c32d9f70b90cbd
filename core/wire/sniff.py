"""What a connection's first bytes say about who is calling.

Pure: everything received so far in, a verdict out. A verdict other than WAIT
never changes when more bytes come. A caller that is silent, or has not finished
a line when the wait is over, is taken for a person; `first_line` then judges the
first line, so that a slow HTTP client is not taken for chat.
"""

import re
from enum import Enum
from typing import Final

import msgspec

from core.limits import JSON_LINE_LIMIT_BYTES
from core.wire.proxy import V1_PREFIX, V2_SIGNATURE

IAC: Final = 0xFF

REQUEST_LINE_LIMIT_BYTES = 4096
"""An HTTP request line longer than this is known without its end. Less than
what text mode takes as a line, so that a long address is never chat."""


class First(Enum):
    """Who is calling."""

    WAIT = "wait"
    TEXT = "text"
    HELLO = "hello"
    HTTP = "http"
    FOREIGN = "foreign"
    PROXY = "proxy"


# Protocols whose clients speak first and that nobody types: TLS, RDP (TPKT),
# SMB, DNS and most binary scanners (a leading NUL), SOCKS 4 and 5.
_FOREIGN_PREFIXES: Final = (
    b"\x16\x03",
    b"\x03\x00",
    b"\x00",
    b"\x04\x01",
    b"\x05\x01",
    b"\x05\x02",
)
_PREFIXES: Final = (
    (First.PROXY, V1_PREFIX),
    (First.PROXY, V2_SIGNATURE),
    *((First.FOREIGN, prefix) for prefix in _FOREIGN_PREFIXES),
)

# RFC 9110, 5.6.2 and 9.1: any token may be a method. "We use HTTP/2" is chat
# all the same, so a method that is not among the usual ones needs something
# that looks like a target (RFC 9112, 3.2).
_METHOD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_USUAL_METHODS: Final = frozenset(
    b"GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PRI".split()
)
_VERSION: Final = re.compile(rb"(HTTP|SIP|RTSP|ICAP)/[0-9]+(?:\.[0-9]+)?")
_LONG_REQUEST: Final = re.compile(_METHOD.pattern + rb"[ \t]+(?:/|https?:)\S*")
# A PROXY line that is not at the beginning is not believed, but is no chat either.
_LATE_PROXY: Final = (b"PROXY TCP4 ", b"PROXY TCP6 ", b"PROXY UNKNOWN")
_SSH: Final = re.compile(rb"SSH-[0-9]\.[0-9]+-\S+(?: .*)?")
# Tab, ESC and BS come from keyboards, all others below 0x20 from programs.
_BINARY: Final = re.compile(rb"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f]")


class _Type(msgspec.Struct):
    type: str


_type_decoder = msgspec.json.Decoder(_Type)


def sniff(data: bytes) -> First:
    """Judge a connection by everything received so far.

    WAIT asks for more bytes. PROXY, FOREIGN and telnet's IAC are recognised by
    their prefix, everything else by the first line that is not blank.
    """
    for verdict, prefix in _PREFIXES:
        if data.startswith(prefix):
            return verdict
        if prefix.startswith(data):
            return First.WAIT
    if data[0] == IAC:
        return First.TEXT
    # RFC 9112, 2.2: a server skips blank lines before a request. So must this,
    # or a line end in front would turn a request into chat.
    rest = data.lstrip(b"\r\n")
    end = _line_end(rest)
    if end >= 0:
        return first_line(rest[:end])
    if len(rest) > REQUEST_LINE_LIMIT_BYTES and _is_long_request(rest):
        return First.HTTP
    return First.TEXT if len(rest) > JSON_LINE_LIMIT_BYTES else First.WAIT


def first_line(line: bytes) -> First:
    """Judge a complete first line: HELLO, HTTP, FOREIGN or TEXT.

    `line` comes without its end. For lines that came after the greeting, and
    for what is there when the input ends without a line end.
    """
    if len(line) > REQUEST_LINE_LIMIT_BYTES and _is_long_request(line):
        return First.HTTP
    if len(line) > JSON_LINE_LIMIT_BYTES:
        return First.TEXT
    protocol = _requested_protocol(line)
    if protocol is not None:
        return First.HTTP if protocol == b"HTTP" else First.FOREIGN
    if line.startswith(_LATE_PROXY) or _SSH.fullmatch(line) or _is_binary(line):
        return First.FOREIGN
    return First.HELLO if _is_hello(line) else First.TEXT


def is_cut_off_hello(line: bytes) -> bool:
    """Tell whether a first line that has no end may be the beginning of a program's hello.

    Its connection was cut within it; nobody meant it for chat. A whole JSON
    value without a line end is a line like any other.
    """
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return False


def http_answer(method: str | bytes, web_url: str | None) -> bytes:
    """Return a complete HTTP response that names the page's address, if it is known.

    421 (RFC 9110, 15.5.20) says that this is the wrong place for any request.
    No body for HEAD. Nothing of the request is repeated in it.
    """
    where = f"The page is at {web_url}" if web_url else "Try nc or telnet"
    body = f"This port is for chat, not for HTTP. {where}\n".encode("utf-8", "replace")
    head = (
        "HTTP/1.1 421 Misdirected Request\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Server: hubbub\r\n"
        "Connection: close\r\n"
        "\r\n"
    ).encode("ascii")
    return head if method in ("HEAD", b"HEAD") else head + body


def _line_end(data: bytes) -> int:
    ends = [at for at in (data.find(b"\n"), data.find(b"\r")) if at >= 0]
    return min(ends, default=-1)


def _requested_protocol(line: bytes) -> bytes | None:
    words = line.split()
    if len(words) < 3 or _METHOD.fullmatch(words[0]) is None:
        return None
    version = _VERSION.fullmatch(words[-1])
    target = words[1]
    # A path may hold blanks: some clients do not escape them.
    known = target.startswith(b"/") or (
        len(words) == 3 and (words[0] in _USUAL_METHODS or target == b"*" or b":" in target)
    )
    return version[1] if version is not None and known else None


def _is_long_request(line: bytes) -> bool:
    return _LONG_REQUEST.fullmatch(line[: REQUEST_LINE_LIMIT_BYTES + 1]) is not None


def _is_binary(line: bytes) -> bool:
    # Neither text nor typed. Latin-1 without control bytes is a person, who is
    # told why the line was not sent; a line with IAC in it is telnet's.
    if _BINARY.search(line) is None or IAC in line:
        return False
    try:
        line.decode()
    except UnicodeDecodeError:
        return True
    return False


def _is_hello(line: bytes) -> bool:
    if b"{" not in line[:64]:
        return False
    try:
        return _type_decoder.decode(line).type == "hello"
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
