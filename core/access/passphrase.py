"""A hub's passphrase: how one is made, what is the same, and the file it is kept in.

Knows no connection. Its form, and why, is a decision: docs/decisions, "A passphrase
that can be read aloud".
"""

import os
import secrets
import unicodedata
from pathlib import Path
from typing import Final

from core.atomicfile import atomic_write
from core.errors import HubbubError
from core.privatefile import PRIVATE

LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's 32: without i, l, o and u, which are taken for others when read aloud."""
LENGTH: Final = 12
GROUP: Final = 4
LEAST: Final = 8
MOST_BYTES: Final = 256

_SAME: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None})


class BadPassphrase(HubbubError):
    """Not fit for a passphrase; the text says why."""


def make_passphrase() -> str:
    """Return a new one of 12 characters in groups of four: 60 bits."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def canonical(text: str) -> str:
    """Return what is compared: hyphens, blanks and case do not count, o is 0, i and l are 1."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(folded.split()).translate(_SAME)


def checked(text: str) -> str:
    """Return a passphrase of the operator's own without blanks around it; raise BadPassphrase."""
    text = text.strip()
    if len(canonical(text)) < LEAST:
        raise BadPassphrase(f"a passphrase needs {LEAST} letters or digits, hyphens not counted")
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise BadPassphrase(f"a passphrase has {MOST_BYTES} bytes at most")
    if not text.isprintable():
        raise BadPassphrase("a passphrase is one line of text that can be seen")
    if text.startswith("/"):
        raise BadPassphrase("a passphrase does not begin with /, as commands do")
    return text


def read_passphrase(file: Path) -> str | None:
    """Return the passphrase in a file, None if there is none; raise OSError, BadPassphrase."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return checked(data.decode("utf-8-sig"))
    except (BadPassphrase, UnicodeDecodeError) as problem:
        why = problem if isinstance(problem, BadPassphrase) else "it is not UTF-8"
        raise BadPassphrase(f"{os.fspath(file)} holds no passphrase: {why}") from problem


def write_passphrase(file: Path, passphrase: str) -> None:
    """Keep it in a file that only its owner can read; raise OSError."""
    with atomic_write(file, mode=PRIVATE, force=True) as new:
        new.write_bytes(passphrase.encode() + b"\n")
