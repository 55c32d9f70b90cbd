"""What hands write that is written otherwise here: `hubbub help`, `join HOST PORT`. Pure.

Knows the commands' names, and neither their flags nor what they do.
"""

from collections.abc import Sequence
from typing import Final

from core.wire.hosts import at

_TAKE_A_HOST: Final = frozenset({"join", "tail", "doctor"})
"""Not `send`, where a text stands behind the address."""


def as_meant(arguments: Sequence[str]) -> list[str]:
    """Return a command line as the commands take it."""
    match list(arguments):
        case ["help", *rest]:
            return [*rest, "--help"]
        case ["version", *_]:
            return ["--version"]
        case [command, host, port, *rest] if command in _TAKE_A_HOST and _are(host, port):
            return [command, with_port(host, int(port)), *rest]
        case rest:
            return rest


def with_port(target: str, port: int | None) -> str:
    """Return an address with a port that was given beside it."""
    if port is None or target.startswith("-"):
        return target
    scheme, mark, rest = target.rpartition("://")
    place, slash, path = rest.partition("/")
    nick, is_named, host = place.rpartition("@")
    bare = host.removeprefix("[").removesuffix("]") if host.endswith("]") else host
    # A port that is there already is left to be complained of.
    there = f"{host}:{port}" if host.count(":") == 1 else at(bare, port)
    return f"{scheme}{mark}{nick}{is_named}{there}{slash}{path}"


def _are(host: str, port: str) -> bool:
    return not host.startswith("-") and port.isascii() and port.isdigit()
