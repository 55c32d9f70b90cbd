"""A secret by which a hub knows that two of its sessions are one user's, or one program's.

What a hub is told is made of it and of the hub's address, so that none learns what
another one is told. A file that keeps one is for its owner alone.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.client.address import HubAddress
from core.folders import NoFolder, state_folder

_NAME: Final = "owner"
_BYTES: Final = 32

LEAST_BYTES: Final = 16
"""Of a secret that somebody else has made: shorter ones can be guessed."""


def user_owner(where: HubAddress) -> str | None:
    """Return what this hub is told of the user's own secret, made at the first use.

    None where nothing can be kept.
    """
    try:
        return owner_told(where, state_folder(os.environ) / _NAME)
    except (OSError, ValueError, NoFolder):  # no home, a disk that is full, a file cut short
        return None


def owner_told(where: HubAddress, owner: str | Path) -> str:
    """Return what this hub is told: of a secret, or of one in a file, made at the first use.

    Raise ValueError for a secret of less than LEAST_BYTES, OSError for a file that can
    neither be read nor made.
    """
    secret = owner.encode() if isinstance(owner, str) else _kept(owner)
    if len(secret) < LEAST_BYTES:
        raise ValueError(f"an owner's secret has at least {LEAST_BYTES} bytes")
    return hashlib.sha256(secret + f"\0{where.host}\0{where.port}".encode()).hexdigest()


def _kept(file: Path) -> bytes:
    """Return the secret in a file, which is made if it is not there."""
    with suppress(FileNotFoundError):
        return file.read_bytes()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}-{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_bytes(_BYTES))
        # Of two that begin at once, the first to give it its name is right for both.
        with suppress(FileExistsError):
            os.link(fresh, file)
    finally:
        fresh.unlink()
    return file.read_bytes()
