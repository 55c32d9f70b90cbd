import ipaddress
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import HubbubError
from core.wire.proxy import (
    PP2_TYPE_CRC32C,
    PP2_TYPE_SECRET,
    V2_LIMIT_BYTES,
    V2_SIGNATURE,
    BadHeader,
    Header,
    crc32c,
    encode_v2,
    parse,
)

TCP4_BODY = bytes([1, 2, 3, 4, 127, 0, 0, 1]) + struct.pack("!HH", 5555, 4045)


def v2(body: bytes, command: int = 0x21, family: int = 0x11) -> bytes:
    return V2_SIGNATURE + struct.pack("!BBH", command, family, len(body)) + body


def tlv(kind: int, value: bytes) -> bytes:
    return struct.pack("!BH", kind, len(value)) + value


def with_checksum(body: bytes, flip: int = 0) -> bytes:
    blank = v2(body + tlv(PP2_TYPE_CRC32C, bytes(4)))
    return blank[:-4] + struct.pack("!I", crc32c(blank) ^ flip)


def outcome(data: bytes) -> Header | str | None:
    try:
        return parse(data)
    except BadHeader:
        return "bad"


GOOD = [
    (b"PROXY TCP4 1.2.3.4 127.0.0.1 5555 4045\r\n", ("1.2.3.4", 5555)),
    (b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", ("255.255.255.255", 65535)),
    (b"PROXY TCP6 2001:db8::1 ::1 0 4045\r\n", ("2001:db8::1", 0)),
    (b"PROXY TCP6 ::ffff:1.2.3.4 ::1 1 2\r\n", ("1.2.3.4", 1)),
    (b"PROXY UNKNOWN\r\n", None),
    (b"PROXY UNKNOWN " + b"f" * 91 + b"\r\n", None),
    (v2(TCP4_BODY), ("1.2.3.4", 5555)),
    (v2(TCP4_BODY, family=0x00), None),
    (v2(b"", family=0x00), None),
    (v2(bytes(216), family=0x31), None),
    (v2(b"", command=0x20, family=0x00), None),
    (v2(b"whatever", command=0x20, family=0x99), None),
    (v2(TCP4_BODY + tlv(0x04, b"padding") + tlv(0x01, b"")), ("1.2.3.4", 5555)),
    (with_checksum(TCP4_BODY), ("1.2.3.4", 5555)),
    (v2(TCP4_BODY + bytes(3) * ((V2_LIMIT_BYTES - 12) // 3)), ("1.2.3.4", 5555)),
]

BAD = [
    b"GET / HTTP/1.1\r\n",
    b"PROXX",
    b"PROXY \r\n",
    b"PROXY\r\n",
    b"PROXY TCP4\r\n",
    b"PROXY UNKNOWNS\r\n",
    b"PROXY UNKNOWN " + b"f" * 92 + b"\r\n",
    b"PROXY TCP4 1.2.3.4 127.0.0.1 5555 4045\n",
    b"PROXY TCP4 1.2.3.4 127.0.0.1 5555 4045\rx",
    b"PROXY TCP4  1.2.3.4 127.0.0.1 5555 4045\r\n",
    b"PROXY TCP4 1.2.3.4 127.0.0.1 5555 4045 \r\n",
    b"PROXY TCP4 1.2.3.4 127.0.0.1 5555 65536\r\n",
    b"PROXY TCP4 1.2.3.4 127.0.0.1 05555 4045\r\n",
    b"PROXY TCP4 1.2.3.4 127.0.0.1 -1 4045\r\n",
    b"PROXY TCP4 1.2.3.4 127.0.0.1 5555\r\n",
    b"PROXY TCP4 1.2.3.256 127.0.0.1 5555 4045\r\n",
    b"PROXY TCP4 01.2.3.4 127.0.0.1 5555 4045\r\n",
    b"PROXY TCP4 ::1 ::1 5555 4045\r\n",
    b"PROXY TCP6 1.2.3.4 1.2.3.4 5555 4045\r\n",
    b"PROXY TCP6 fe80::1%lo ::1 5555 4045\r\n",
    b"PROXY TCP4 localhost 127.0.0.1 5555 4045\r\n",
    b"PROXY UDP4 1.2.3.4 127.0.0.1 5555 4045\r\n",
    b"proxy TCP4 1.2.3.4 127.0.0.1 5555 4045\r\n",
    "PROXY TCP4 1.2.3.٤ 127.0.0.1 5555 4045\r\n".encode(),
    b"PROXY UNKNOWN \xff\r\n",
    b"PROXY " + b"a" * 101,
    V2_SIGNATURE + b"\x11",
    V2_SIGNATURE + b"\x22",
    V2_SIGNATURE + b"\x21\x12",
    V2_SIGNATURE + b"\x21\x11\xff\xff",
    v2(TCP4_BODY[:-1]),
    v2(TCP4_BODY, family=0x21),
    v2(b"", family=0x31),
    v2(TCP4_BODY + b"\x04"),
    v2(TCP4_BODY + b"\x04\x00"),
    v2(TCP4_BODY + b"\x04\x00\x01"),
    v2(TCP4_BODY + tlv(PP2_TYPE_SECRET, b"a") + tlv(PP2_TYPE_SECRET, b"b")),
    v2(TCP4_BODY + tlv(PP2_TYPE_CRC32C, b"abc")),
    v2(TCP4_BODY + tlv(PP2_TYPE_CRC32C, b"abcd")),
    with_checksum(TCP4_BODY, flip=1),
]


@pytest.mark.parametrize(("data", "source"), GOOD)
def test_a_good_header_is_read_to_its_end(data: bytes, source: tuple[str, int] | None) -> None:
    assert parse(data) == Header(len(data), source, None)
    assert parse(data + b"hello\r\nPROXY again\r\n") == Header(len(data), source, None)
    for length in range(len(data)):
        assert parse(data[:length]) is None


@pytest.mark.parametrize("data", BAD)
def test_a_bad_header_is_refused(data: bytes) -> None:
    with pytest.raises(BadHeader) as refusal:
        parse(data)
    assert isinstance(refusal.value, HubbubError)
    with pytest.raises(BadHeader):
        parse(data + b"PROXY TCP4 1.2.3.4 127.0.0.1 5555 4045\r\n")


def test_the_longest_line_of_version_1() -> None:
    line = b"PROXY UNKNOWN " + b" ".join([b"ffff:" * 7 + b"ffff"] * 2 + [b"65535"] * 2) + b"\r\n"
    assert len(line) == 107
    assert parse(line) == Header(107, None, None)


def test_the_checksum_is_castagnolis() -> None:
    # The check value of the catalogue of CRC algorithms, and RFC 3720, B.4.
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(bytes(range(32))) == 0x46DD794E


ports = st.integers(0, 0xFFFF)
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@given(addresses, ports, addresses, ports, st.binary(max_size=300))
def test_what_is_encoded_is_read_again(
    source: ipaddress.IPv4Address | ipaddress.IPv6Address,
    source_port: int,
    destination: ipaddress.IPv4Address | ipaddress.IPv6Address,
    destination_port: int,
    secret: bytes,
) -> None:
    data = encode_v2((str(source), source_port), (str(destination), destination_port), secret)
    header = parse(data + b"x")
    assert header is not None
    assert header.length == len(data)
    assert header.secret == secret
    mapped = getattr(source, "ipv4_mapped", None)
    assert header.source == (str(mapped or source), source_port)


def test_a_zone_is_not_sent() -> None:
    header = parse(encode_v2(("fe80::1%eth0", 1), ("fe80::2", 2), b"s"))
    assert header is not None
    assert header.source == ("fe80::1", 1)


@pytest.mark.parametrize(
    ("source", "secret"),
    [
        (("localhost", 1), b"s"),
        (("", 1), b"s"),
        (("1.2.3.4", 65536), b"s"),
        (("1.2.3.4", -1), b"s"),
        (("1.2.3.4", 1), b"s" * V2_LIMIT_BYTES),
        (("1.2.3.4", 1), b"s" * 70_000),
    ],
)
def test_what_cannot_be_encoded_is_a_value_error(source: tuple[str, int], secret: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        encode_v2(source, ("127.0.0.1", 4045), secret)


headers = st.one_of(
    st.binary(max_size=60),
    st.binary(max_size=120).map(lambda rest: b"PROXY " + rest),
    st.text("TCP46UNKW .:0123456789abf\r\n", max_size=120).map(
        lambda rest: b"PROXY " + rest.encode()
    ),
    st.binary(max_size=60).map(lambda rest: V2_SIGNATURE + rest),
    st.builds(
        v2,
        st.binary(max_size=80).map(lambda tlvs: TCP4_BODY + tlvs),
        st.sampled_from([0x20, 0x21]),
        st.sampled_from([0x00, 0x11, 0x21, 0x31]),
    ),
    st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=9)), max_size=6).map(
        lambda tlvs: v2(TCP4_BODY + b"".join(tlv(*one) for one in tlvs))
    ),
)


@given(headers)
@example(encode_v2(("1.2.3.4", 5), ("::1", 6), b"secret"))
def test_where_the_network_cuts_does_not_matter(data: bytes) -> None:
    last = outcome(data)
    for length in range(len(data)):
        assert outcome(data[:length]) in (None, last)


@given(headers, st.binary(max_size=20))
def test_what_follows_the_header_does_not_matter(data: bytes, more: bytes) -> None:
    first = outcome(data)
    if first is not None:
        assert outcome(data + more) == first


@given(st.integers(0, len(TCP4_BODY) - 1), st.integers(1, 255))
def test_the_checksum_notices_any_other_address(at: int, flip: int) -> None:
    data = bytearray(with_checksum(TCP4_BODY))
    data[16 + at] ^= flip
    with pytest.raises(BadHeader):
        parse(bytes(data))
