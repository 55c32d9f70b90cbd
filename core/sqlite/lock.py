"""A lock on the data folder: two hubs would number the same messages twice."""

import os
from contextlib import suppress
from pathlib import Path

from core.errors import StoreUnusable
from core.privatefile import PRIVATE


class FolderLock:
    """Held as long as this process lives, or until `release`."""

    def __init__(self, folder: Path) -> None:
        """Take the lock; raise StoreUnusable if another hub has it, or it cannot be taken."""
        try:
            file = folder / "lock"
            self._file = os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE)
            with suppress(PermissionError):  # another user's, whose hub has stopped
                file.chmod(PRIVATE)
        except OSError as problem:
            raise StoreUnusable(
                f"cannot write to the log's folder {folder}: {problem.strerror}. Check its disk "
                "and its owner, or give another folder with --data."
            ) from problem
        try:
            _lock(self._file)
        except OSError as problem:
            os.close(self._file)
            raise StoreUnusable(
                f"another hub is running on {folder}. Stop it, or give another folder with --data."
            ) from problem

    def release(self) -> None:
        """Let another hub have the folder."""
        os.close(self._file)


def _lock(file: int) -> None:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        # Only where there is no fcntl: Windows.
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
