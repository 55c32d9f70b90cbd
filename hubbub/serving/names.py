"""Names and addresses that an operator gives: the hub's, the page's, public hosts.

Pure. What is not one is refused in words; what has several spellings comes out
as browsers and sockets have it.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from core.text.format import name
from hubbub import strings
from hubbub.errors import CannotStart

_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_TWO_WAYS: Final = frozenset("ßςـ\u200c\u200d")
"""Characters that the older and the newer rules for names turn into different names."""

_LONGEST: Final = 253


def public_names(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names under which browsers come, as they write them; raise CannotStart."""
    return tuple(dict.fromkeys(_public_name(one.strip()) for one in given))


def _public_name(given: str) -> str:
    shown = name(given)
    if "*" in given:
        raise CannotStart(strings.no_pattern(shown))
    if "/" in given or "@" in given:
        raise CannotStart(strings.not_a_public_host(shown, _host_in(given)))
    bare = re.sub(r":[0-9]{1,5}\Z", "", given) if given.count(":") == 1 else given
    if not _TWO_WAYS.isdisjoint(bare):
        raise CannotStart(strings.not_one_ascii_form(shown))
    # A dot at the end says that the name is whole, as it is here anyway.
    found = _ascii(bare).removesuffix(".")
    labels = found.split(".")
    if len(found) > _LONGEST or not all(_LABEL.fullmatch(one) for one in labels):
        raise CannotStart(strings.not_a_public_host(shown))
    return found


def _host_in(given: str) -> str | None:
    try:
        return urlsplit(given if "//" in given else f"//{given}").hostname
    except ValueError:
        return None


def _ascii(given: str) -> str:
    """Return a name in the form that travels (RFC 3490); "" if it has none."""
    try:
        return given.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def hub_place(given: str) -> tuple[str, int]:
    """Return host and port of a hub; raise CannotStart."""
    found = re.fullmatch(r"(?:\[([^\[\]]+)\]|([^\[\]:\s]+)):([0-9]{1,5})", given.strip())
    if not found or not 0 < int(found[3]) <= 0xFFFF:
        raise CannotStart(strings.not_a_hub(name(given)))
    return found[1] or found[2], int(found[3])


def page_address(given: str) -> str:
    """Return the address of a page that callers are told; raise CannotStart."""
    try:
        parts = urlsplit(given)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
        good = good and parts.port != 0 and given.isprintable() and " " not in given
    except ValueError:
        good = False
    if not good:
        raise CannotStart(strings.not_a_page(name(given)))
    return given if parts.path else f"{given}/"
