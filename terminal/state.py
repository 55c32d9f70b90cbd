"""Where the terminal client keeps what is to be there the next time."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def state_folder(environ: Mapping[str, str], home: Path) -> Path:
    """Return the user's folder for it (XDG Base Directory Specification)."""
    state = environ.get("XDG_STATE_HOME", "")
    # The specification has relative paths ignored.
    base = Path(state) if state.startswith("/") else home / ".local" / "state"
    return base / "hubbub"


def write_whole(path: Path, text: str) -> None:
    """Write a file that only its owner can read, or leave the old one; raise OSError.

    It is replaced as a whole, so that a crash or a full disk loses nothing.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def what_is_wrong(problem: Exception) -> str:
    """Return in words why a file could not be used."""
    if isinstance(problem, OSError):
        return problem.strerror or type(problem).__name__
    return "it is damaged; remove it"
