"""A secret of this user, by which a hub knows that two of its sessions are one user's.

Kept in the state folder, for its owner alone. What a hub is told is made of it and
of the hub's address, so that none learns what another one is told.
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


def owner_secret(where: HubAddress, folder: Path | None = None) -> str | None:
    """Return what this hub is told; None where nothing can be kept."""
    try:
        kept = _kept(state_folder(os.environ) if folder is None else folder)
    except (OSError, NoFolder):  # no home, or a disk that is full
        return None
    return hashlib.sha256(kept + f"\0{where.host}\0{where.port}".encode()).hexdigest()


def _kept(folder: Path) -> bytes:
    """Return the user's secret, made at the first use."""
    file = folder / _NAME
    with suppress(FileNotFoundError):
        if len(known := file.read_bytes()) == _BYTES:
            return known
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{_NAME}-{secrets.token_hex(8)}")
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
