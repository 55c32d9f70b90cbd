"""Whether a hub's certificate is believed: by an authority, by a pin, or as it was before.

A certificate that no authority has signed, as an operator makes it, is remembered when
it is first met, and refused once it is another one. A hub whose certificate an authority
has signed is never believed without one again. Knows files and certificates; does not
know what is said over a connection.
"""

import hashlib
import hmac
import os
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.atomicfile import FileRefused, atomic_write
from core.errors import HubbubError
from core.folders import NoFolder, state_folder
from core.privatefile import PRIVATE
from core.systemwords import in_words
from core.text.complaints import complain

SIGNED: Final = "signed"
"""What is remembered of a hub whose certificate an authority has signed."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = "known-hubs"


class NotTrusted(HubbubError):
    """A certificate that is not believed; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a user has decided about certificates.

    `authorities` is a file in PEM, used in place of the system's. `pin` is the SHA-256 of
    the only certificate that is believed. `known` is the file of those that were met
    before, None to remember nothing and believe authorities alone.
    """

    authorities: Path | None = None
    pin: str | None = None
    known: Path | None = None
    tell: Callable[[str], object] = field(default=complain, compare=False)


BY_AUTHORITY: Final = Trust()


def user_trust(authorities: Path | None, pin: str | None) -> Trust:
    """Return what flags say, with the user's own file of hubs; raise NotTrusted for a bad flag."""
    if pin is not None:
        pin = pin.replace(":", "").lower()
        if not _SHA256.fullmatch(pin):
            raise NotTrusted("--pin wants a SHA-256: 64 hexadecimal digits, colons do not count")
    if authorities is not None:
        verifying(Trust(authorities))
    with suppress(NoFolder):
        return Trust(authorities, pin, state_folder(os.environ) / _NAME)
    return Trust(authorities, pin)


def verifying(trust: Trust) -> ssl.SSLContext:
    """Return a context that believes authorities alone; raise NotTrusted for a file without one."""
    try:
        return ssl.create_default_context(cafile=trust.authorities)
    except OSError as problem:  # ssl.SSLError is one
        words = "it has no certificate in PEM"
        if not isinstance(problem, ssl.SSLError):
            words = in_words(problem)
        raise NotTrusted(f"cannot use {trust.authorities}, which --ca names: {words}") from problem


def unverified() -> ssl.SSLContext:
    """Return a context that believes everybody: `judge` has to be asked before anything is said."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def judge(trust: Trust, place: str, certificate: bytes) -> None:
    """Raise NotTrusted unless a certificate (DER) is the pinned one, or that of before.

    The first that is met at a place is remembered.
    """
    found = hashlib.sha256(certificate).hexdigest()
    if trust.pin is not None:
        if not hmac.compare_digest(found, trust.pin):
            raise NotTrusted(
                f"{place} has another certificate than the pinned one: its SHA-256 is {found}"
            )
        return
    if trust.known is None:
        raise NotTrusted(f"no authority vouches for {place}; pin its certificate: --pin {found}")
    before = _read(trust.known).get(place)
    if before is None:
        try:
            _remember(trust.known, place, found)
        except (OSError, FileRefused) as problem:
            words = in_words(problem) if isinstance(problem, OSError) else str(problem)
            raise NotTrusted(
                f"no authority vouches for {place}, and its certificate cannot be remembered in "
                f"{trust.known}: {words}. Mend that, or give --pin {found}"
            ) from problem
        trust.tell(
            f"first time at {place}: no authority vouches for it, so its certificate is "
            f"remembered. It is right if its operator names this SHA-256: {found}"
        )
    elif before == SIGNED:
        raise NotTrusted(
            f"{place} had a certificate that an authority had signed, and now has one that none "
            f"vouches for. If its operator says that this is right, take its line out of "
            f"{trust.known}, or give --pin {found}"
        )
    elif not hmac.compare_digest(before, found):
        raise NotTrusted(
            f"the certificate of {place} has changed: its SHA-256 is {found}. Ask its operator; "
            f"if that is right, take its line out of {trust.known}, or give --pin {found}"
        )


def note_signed(trust: Trust, place: str) -> None:
    """Remember that an authority has signed a hub's certificate."""
    if trust.known is not None and _read(trust.known).get(place) != SIGNED:
        with suppress(OSError, FileRefused):
            _remember(trust.known, place, SIGNED)


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.rsplit(maxsplit=1) for line in text.splitlines())
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _remember(file: Path, place: str, what: str) -> None:
    known = _read(file) | {place: what}
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with atomic_write(file, mode=PRIVATE, force=True) as new:
        new.write_text("".join(f"{where} {one}\n" for where, one in known.items()), "utf-8")
