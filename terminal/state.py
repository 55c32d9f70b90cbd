"""Writing the terminal client's own files. Does not know what is in them."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from terminal import strings


def write_whole(path: Path, text: str) -> None:
    """Write a file that only its owner can read, or leave the old one; raise OSError.

    It is replaced as a whole, so that a crash or a full disk loses nothing. Where it
    is a link, what the link leads to is replaced, and the link stays.
    """
    path = path.resolve()
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
    return strings.IS_DAMAGED
