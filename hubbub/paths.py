"""Where the hub keeps its files: the folder of the log, and the secret for gateways.

Knows files and the user's folders. Does not know what is in the log, nor which
command asks.
"""

import os
import secrets
from pathlib import Path

from core.folders import state_folder
from core.privatefile import create_private

SECRET_NAME = "gateway-secret"  # noqa: S105  # a file's name
SECRET_BYTES = 24


def data_folder(data: str | None) -> Path | str:
    """Return the folder of the log, or `:memory:`; without a choice the user's own."""
    if data == ":memory:":
        return data
    return state_folder(os.environ, Path.home()) if data is None else Path(data).expanduser()


def read_secret(file: Path, *, create: bool) -> bytes:
    """Return the secret that a hub and its gateways share; raise ValueError."""
    if create and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        create_private(file)
        file.write_bytes(secrets.token_hex(SECRET_BYTES).encode())
    try:
        secret = file.read_bytes().strip()
    except OSError as problem:
        raise ValueError(
            f"cannot read the hub's secret {file}: {problem.strerror}. Copy it from the hub's data "
            "folder and name it with --secret-file."
        ) from problem
    if not secret:
        raise ValueError(f"the secret file {file} is empty. Copy it from the hub's data folder.")
    return secret
