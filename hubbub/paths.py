"""Where the hub keeps its files: the folder of the log, and the secret for gateways.

Knows files and the user's folders. Does not know what is in the log, nor which
command asks.
"""

import os
import secrets
from pathlib import Path

from core.folders import NoFolder, service_folder, state_folder
from core.privatefile import create_private
from core.systemwords import in_words
from hubbub import strings
from hubbub.errors import CannotStart

SECRET_NAME = "gateway-secret"  # noqa: S105  # a file's name
PASSPHRASE_NAME = "passphrase"  # noqa: S105  # a file's name
SECRET_BYTES = 24
LEAST_TOKEN_BYTES = 16


def data_folder(data: str | None) -> Path | str:
    """Return the folder of the log, or `:memory:`; without a choice the user's own.

    Raise NoFolder if there is none.
    """
    if data == ":memory:":
        return data
    if data is None:
        return own_folder()
    try:
        return Path(data).expanduser()
    except RuntimeError as problem:  # `~` of somebody who has no home
        raise NoFolder(strings.no_home(data)) from problem


def own_folder(without: str = strings.NO_FOLDER) -> Path:
    """Return the folder of a service, or of its user; raise NoFolder with what to do `without`."""
    service = service_folder(os.environ)
    if service is not None:
        return service
    try:
        return state_folder(os.environ)
    except NoFolder as problem:
        raise NoFolder(without) from problem


def read_secret(file: Path, *, create: bool) -> bytes:
    """Return the secret that a hub and its gateways share; raise CannotStart."""
    try:
        if create and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            create_private(file)
            file.write_bytes(secrets.token_hex(SECRET_BYTES).encode())
        secret = file.read_bytes().strip()
    except OSError as problem:
        raise CannotStart(strings.cannot_read_secret(str(file), in_words(problem))) from problem
    if not secret:
        raise CannotStart(strings.empty_secret(str(file)))
    return secret


def read_token(file: Path | None) -> bytes | None:
    """Return the token in a file, None without one; raise CannotStart."""
    if file is None:
        return None
    try:
        token = file.read_bytes().strip()
    except OSError as problem:
        raise CannotStart(strings.cannot_read_token(str(file), in_words(problem))) from problem
    if len(token) < LEAST_TOKEN_BYTES:
        raise CannotStart(strings.short_token(str(file), LEAST_TOKEN_BYTES))
    return token
