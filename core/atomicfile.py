"""Atomic file writes: to a temporary file, which is synced and then renamed.

Knows file systems; does not know what is written.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from core.errors import HubbubError
from core.privatefile import PRIVATE

_BESIDE_A_DATABASE: Final = ("-journal", "-wal", "-shm")


class FileRefused(HubbubError):
    """A file that is not written; the text names it and says what to do."""


@contextmanager
def atomic_write(target: Path, *, mode: int, force: bool) -> Iterator[Path]:
    """Give an empty file to write, which becomes `target` when the block ends.

    It is synced and renamed then; if the block is left by an exception, it is
    removed and `target` is as it was. An existing `target` is replaced only
    with `force`. Raises FileRefused before anything is written, and OSError.
    """
    target = target.resolve()
    _check(target, force=force)
    # Not named after the target, whose name may be as long as a name can be.
    temporary = target.with_name(f".hubbub-{secrets.token_hex(8)}.part")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        if mode == PRIVATE:
            temporary.chmod(PRIVATE)  # a strange umask may have taken what its owner needs
        yield temporary
        _sync(temporary)
        _check(target, force=force)
        temporary.replace(target)
    except BaseException:
        for ending in ("", *_BESIDE_A_DATABASE):
            with suppress(OSError):
                Path(f"{temporary}{ending}").unlink()
        raise
    # The name as well is lost in a power cut unless its folder is synced;
    # there are systems that cannot open a folder for it.
    with suppress(OSError):
        _sync(target.parent, os.O_RDONLY)


def _check(target: Path, *, force: bool) -> None:
    """Raise FileRefused if `target` must not be written."""
    # A database in use has these beside it. They would be taken for the new
    # file's, and whoever uses it would go on writing to a file without a name.
    if any(_exists(f"{target}{ending}") for ending in _BESIDE_A_DATABASE):
        raise FileRefused(
            f"{target} is a database in use: there is a -wal, -shm or -journal beside it. Give "
            "another name, or stop its hub and move them away together."
        )
    if not target.parent.is_dir():
        raise FileRefused(f"there is no folder {target.parent}")
    if target.exists() and not target.is_file():
        raise FileRefused(f"{target} is not a plain file")
    if target.exists() and not force:
        raise FileRefused(f"{target} exists already; --force replaces it")


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # longer than a name can be
        return False


def _sync(path: Path, flags: int = os.O_RDWR) -> None:
    number = os.open(path, flags)
    try:
        os.fsync(number)
    finally:
        os.close(number)
