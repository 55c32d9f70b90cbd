"""How hosts are written, and which of them is this machine itself. Pure."""

import ipaddress


def bracket(host: str) -> str:
    """Return a host as it stands before a port (RFC 3986, 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def at(host: str, port: int) -> str:
    """Return HOST:PORT, an IPv6 address in brackets."""
    return f"{bracket(host)}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine for whoever names it (RFC 6761, 6.3, for names)."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
        # Before Python 3.13 an IPv4 address within IPv6 is none for it (RFC 4291, 2.5.5.2).
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return host.lower() == "localhost" or host.lower().endswith(".localhost")
