"""HAProxy's PROXY protocol, versions 1 and 2: the client's address behind a proxy.

Pure: bytes in, a Header out. Whether a header is to be believed is not decided
here; a header that is not understood to the last byte is an error, never a
guess. Source: proxy-protocol.txt of HAProxy, sections 2.1, 2.2 and 3.
"""

import ipaddress
import re
import struct
from dataclasses import dataclass
from functools import cache
from typing import Final

from core.errors import HubbubError

V1_PREFIX: Final = b"PROXY "
V1_LIMIT_BYTES: Final = 107
"""The longest possible line of version 1, with its CR LF (section 2.1)."""

V2_SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
V2_FIXED_BYTES: Final = 16
V2_LIMIT_BYTES: Final = 1024
"""Addresses and TLVs of version 2. Ours need 100; a peer gets no more memory."""

PP2_TYPE_CRC32C: Final = 0x03
PP2_TYPE_SECRET: Final = 0xE0
"""The gateway's secret: a type from the range free for custom use (2.2.8)."""

_LOCAL: Final = 0x20
_PROXY: Final = 0x21
_UNSPEC: Final = 0x00
_TCP4: Final = 0x11
_TCP6: Final = 0x21
_UNIX: Final = 0x31
_ADDRESS_BYTES: Final = {_TCP4: 12, _TCP6: 36, _UNIX: 216}

_V1_LINE: Final = re.compile(
    r"PROXY (TCP4|TCP6) ([0-9A-Fa-f:.]+) ([0-9A-Fa-f:.]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})",
    re.ASCII,
)


class BadHeader(HubbubError):
    """Bytes that are not a PROXY header. The connection cannot go on."""


@dataclass(frozen=True, slots=True)
class Header:
    """A PROXY header: `length` bytes long; what follows is the client's.

    `source` is the client's address and port, or None if the proxy speaks for
    itself or does not know. `secret` is what came in our own TLV.
    """

    length: int
    source: tuple[str, int] | None
    secret: bytes | None


def parse(data: bytes) -> Header | None:
    """Read the header at the beginning of `data`; None if it is not complete.

    Raise BadHeader as soon as no further byte could make it a header.
    """
    if data.startswith(V2_SIGNATURE):
        return _parse_v2(data)
    if data.startswith(V1_PREFIX):
        return _parse_v1(data)
    if V2_SIGNATURE.startswith(data) or V1_PREFIX.startswith(data):
        return None
    raise BadHeader("no PROXY header")


def encode_v2(source: tuple[str, int], destination: tuple[str, int], secret: bytes) -> bytes:
    """Return a version 2 header for a TCP client at `source`, with the secret.

    Addresses are IPv4 or IPv6, mixed ones are both written as IPv6. Raise
    ValueError for anything else, and if the secret is too long for a header.
    """
    ends = [ipaddress.ip_address(host.partition("%")[0]) for host, _ in (source, destination)]
    family = _TCP4
    if any(end.version == 6 for end in ends):
        family = _TCP6
        ends = [end if end.version == 6 else _mapped(str(end)) for end in ends]
    body = b"".join(end.packed for end in ends) + _pack_ports(source[1], destination[1])
    if len(body) + 3 + len(secret) > V2_LIMIT_BYTES:
        raise ValueError("the secret does not fit into a PROXY header")
    body += struct.pack("!BH", PP2_TYPE_SECRET, len(secret)) + secret
    return V2_SIGNATURE + struct.pack("!BBH", _PROXY, family, len(body)) + body


def _mapped(ipv4: str) -> ipaddress.IPv6Address:
    return ipaddress.IPv6Address(f"::ffff:{ipv4}")


def _pack_ports(*ports: int) -> bytes:
    if not all(0 <= port <= 0xFFFF for port in ports):
        raise ValueError("a port is a number from 0 to 65535")
    return struct.pack(f"!{len(ports)}H", *ports)


def _parse_v1(data: bytes) -> Header | None:
    line, end, _ = data[:V1_LIMIT_BYTES].partition(b"\r\n")
    # Everything is judged before the end is there, so that a peer that never
    # sends one is not waited for longer than it can still make sense.
    if not line.rstrip(b"\r").isascii() or b"\n" in line or b"\r" in line[:-1]:
        raise BadHeader("a PROXY line must end with CR LF")
    if not end:
        if len(data) >= V1_LIMIT_BYTES:
            raise BadHeader("a PROXY line is 107 bytes long at most")
        return None
    length = len(line) + len(end)
    text = line.decode("ascii")
    if text == "PROXY UNKNOWN" or text.startswith("PROXY UNKNOWN "):
        return Header(length, None, None)
    found = _V1_LINE.fullmatch(text)
    if found is None:
        raise BadHeader("not a PROXY line of version 1")
    family, source, destination, source_port, destination_port = found.groups()
    kind = ipaddress.IPv4Address if family == "TCP4" else ipaddress.IPv6Address
    try:
        kind(destination)
        address = _shown(kind(source))
    except ValueError as problem:
        raise BadHeader("an address in the PROXY line is not one") from problem
    if max(int(source_port), int(destination_port)) > 0xFFFF:
        raise BadHeader("a port in the PROXY line is not one")
    return Header(length, (address, int(source_port)), None)


def _parse_v2(data: bytes) -> Header | None:
    if len(data) > 12 and data[12] not in (_LOCAL, _PROXY):
        raise BadHeader("not version 2, or neither LOCAL nor PROXY")
    local = len(data) > 12 and data[12] == _LOCAL
    if len(data) > 13 and not local and data[13] not in (_UNSPEC, *_ADDRESS_BYTES):
        raise BadHeader("a PROXY header for something other than TCP")
    if len(data) < V2_FIXED_BYTES:
        return None
    family, size = struct.unpack_from("!BH", data, 13)
    needed = 0 if local else _ADDRESS_BYTES.get(family, 0)
    if not needed <= size <= V2_LIMIT_BYTES:
        raise BadHeader("a PROXY header of an impossible length")
    length = V2_FIXED_BYTES + size
    if len(data) < length:
        return None
    # Section 2.2: with LOCAL everything after the length is skipped unread, and
    # with UNSPEC nobody knows where the addresses end.
    if needed == 0:
        return Header(length, None, None)
    secret = _read_tlvs(data[:length], V2_FIXED_BYTES + needed)
    return Header(length, _read_source(data, family), secret)


def _read_source(data: bytes, family: int) -> tuple[str, int] | None:
    if family == _TCP4:
        address, port = struct.unpack_from("!4s4xH", data, V2_FIXED_BYTES)[:2]
        return str(ipaddress.IPv4Address(address)), port
    if family == _TCP6:
        address, port = struct.unpack_from("!16s16xH", data, V2_FIXED_BYTES)[:2]
        return _shown(ipaddress.IPv6Address(address)), port
    return None


def _shown(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    # One client has one address, whichever socket family the proxy listens on.
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped if mapped is not None else address)


def _read_tlvs(header: bytes, start: int) -> bytes | None:
    """Walk the TLVs of a whole header, check its CRC, return the secret."""
    found: dict[int, bytes] = {}
    at = start
    while at < len(header):
        if at + 3 > len(header):
            raise BadHeader("a TLV is cut off")
        kind, size = struct.unpack_from("!BH", header, at)
        value = header[at + 3 : at + 3 + size]
        if len(value) != size:
            raise BadHeader("a TLV is longer than the header")
        if kind in (PP2_TYPE_CRC32C, PP2_TYPE_SECRET):
            if kind in found:
                raise BadHeader("a TLV comes twice")
            found[kind] = value
        if kind == PP2_TYPE_CRC32C:
            # Section 2.2.4: computed with zeros in the checksum's own place.
            blanked = header[: at + 3] + bytes(4) + header[at + 7 :]
            if size != 4 or crc32c(blanked) != int.from_bytes(value):
                raise BadHeader("the checksum is wrong")
        at += 3 + size
    return found.get(PP2_TYPE_SECRET)


def crc32c(data: bytes) -> int:
    """Return the Castagnoli CRC of `data` (RFC 9260, appendix A)."""
    table = _crc32c_table()
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


@cache
def _crc32c_table() -> tuple[int, ...]:
    return tuple(_crc32c_of_byte(byte) for byte in range(256))


def _crc32c_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    return byte
