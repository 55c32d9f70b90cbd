"""At which addresses others reach a server on this machine.

What to make of them is pure; `of_this_machine` and `name_of_this_machine` ask
the system. It knows neither a hub nor a page.
"""

import ipaddress
import queue
import re
import socket
import struct
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from core.wire.hosts import is_loopback

NAME_WAIT_S: Final = 1.0
"""A network without a working DNS server is no reason to wait for longer."""

_UNSPECIFIED: Final = {"0.0.0.0": 4, "::": 6}  # noqa: S104

_INSIDE: Final = re.compile(
    r"(docker|br-|veth|virbr|vmnet|vboxnet|podman|cni|cali|flannel|lxcbr|lxdbr|vEthernet)"
)
"""Networks between this machine and its own containers and virtual machines."""

_SIOCGIFCONF: Final = 0x8912
_IFREQ: Final = struct.Struct(f"16s4x4s{struct.calcsize('LLHBBB0L') - 8}x")
"""Linux's `struct ifreq`: a name, and here a `sockaddr_in` (netdevice(7))."""
_MOST_INTERFACES: Final = 256

_SECONDARY, _DEPRECATED, _TENTATIVE = 0x01, 0x20, 0x40
_SOON_ANOTHER: Final = _SECONDARY | _DEPRECATED | _TENTATIVE
"""IFA_F_ flags of an IPv6 address that is temporary, or not to be given away."""


class InterfaceAddress(NamedTuple):
    """An address of this machine; the interface is "" where it is not known."""

    interface: str
    address: str


def reachable_hosts(
    bound: Iterable[str], found: Sequence[InterfaceAddress], name: str | None = None
) -> tuple[str, ...]:
    """Return the hosts under which a server is reached, the best first.

    `bound` are the addresses it listens on. For one that stands for all of
    them, those that were `found` are taken: no loopback and no link-local ones,
    and no networks of containers if there is any other. The machine's `name`,
    if it has one that others can resolve, comes last.
    """
    hosts: list[str] = []
    for host in bound:
        version = _UNSPECIFIED.get(host)
        if version is None:
            hosts.append(host)
        else:
            hosts += _to_tell(found, version) or ["127.0.0.1" if version == 4 else "::1"]
    beyond = [host for host in hosts if not is_loopback(host)]
    if any(host in _UNSPECIFIED for host in bound):
        # One family may be there for this machine alone.
        hosts = beyond or hosts
        if beyond and name is not None:
            hosts.append(name)
    return tuple(dict.fromkeys(hosts))


def _to_tell(found: Sequence[InterfaceAddress], version: int) -> list[str]:
    useful = []
    for one in found:
        with suppress(ValueError):
            address = ipaddress.ip_address(one.address)
            told = not (address.is_loopback or address.is_link_local or address.is_unspecified)
            if address.version == version and told:
                useful.append(one)
    outside = [one for one in useful if not _INSIDE.match(one.interface)]
    return [one.address for one in outside or useful]


def of_this_machine() -> list[InterfaceAddress]:
    """Return this machine's addresses, those that lead out first."""
    leading_out = _leading_out()
    listed = [*_ipv4(), *_ipv6()] if sys.platform == "linux" else []
    if not listed:
        addresses = dict.fromkeys([*leading_out, *_resolved(socket.gethostname())])
        return [InterfaceAddress("", address) for address in addresses]
    return sorted(listed, key=lambda one: one.address not in leading_out)


def name_of_this_machine(
    found: Iterable[InterfaceAddress], wait_s: float = NAME_WAIT_S
) -> str | None:
    """Return the machine's name if it leads to one of the addresses found."""
    name = socket.gethostname()
    answer: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    # A daemon: nobody waits for it at the end, however long the system takes.
    threading.Thread(target=lambda: answer.put(_resolved(name)), daemon=True).start()
    with suppress(queue.Empty):
        own = {one.address for one in found if not is_loopback(one.address)}
        if own & set(answer.get(timeout=wait_s)):
            return name
    return None


def _leading_out() -> list[str]:
    """Return the addresses from which this machine speaks to far ones."""
    addresses = []
    # Addresses of documentation (RFC 5737, RFC 3849): nothing is sent to them.
    for family, far in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((far, 9))
            addresses.append(str(sock.getsockname()[0]))
    return addresses


def _resolved(name: str) -> list[str]:
    with suppress(OSError, UnicodeError):
        return [str(one[4][0]) for one in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]
    return []


def _ipv4() -> list[InterfaceAddress]:
    import array

    try:
        import fcntl
    except ImportError:  # a Python without the system's calls
        return []
    room = array.array("B", bytes(_IFREQ.size * _MOST_INTERFACES))
    ask = struct.pack("iP", len(room), room.buffer_info()[0])
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        (size,) = struct.unpack_from("i", fcntl.ioctl(sock, _SIOCGIFCONF, ask))
        return [
            InterfaceAddress(
                name.partition(b"\0")[0].decode(errors="replace"), socket.inet_ntoa(address)
            )
            for name, address in _IFREQ.iter_unpack(room.tobytes()[:size])
        ]
    return []


def _ipv6() -> list[InterfaceAddress]:
    """Read the kernel's list; what is temporary stands in none that is given away."""
    found = []
    with suppress(OSError):
        for line in Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines():
            digits, _, _, _, flags, interface = line.split()
            if not int(flags, 16) & _SOON_ANOTHER:
                found.append(
                    InterfaceAddress(interface, str(ipaddress.IPv6Address(bytes.fromhex(digits))))
                )
    return found
