"""Private files: readable and writable by their owner alone, from their creation.

Whatever the umask is, and whoever may enter the folder. Knows file systems; does
not know what is in a file.
"""

import logging
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_log = logging.getLogger("hubbub.files")

PRIVATE: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def create_private(path: Path) -> None:
    """Create an empty file that only its owner can read; raise FileExistsError, OSError."""
    # Never more than this, not even for a moment: a file can be opened as soon as
    # it has a name, and whoever has it open keeps it.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
    # A strange umask may have taken what its owner needs.
    path.chmod(PRIVATE)


def keep_private(paths: Iterable[Path]) -> None:
    """Take from other users what they may do with files of an earlier version.

    Where that is not allowed, it is said in the log, and the files are used as they are.
    """
    for path in paths:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if os.name != "posix" or not mode & _OTHERS:
                continue
            path.chmod(mode & ~_OTHERS)
        except FileNotFoundError:
            continue
        except OSError as problem:
            _log.warning(
                "event=not_private file=%s reason=%s other users may read it; "
                "chmod 600 as its owner",
                path, problem.strerror,
            )  # fmt: skip
        else:
            _log.warning("event=made_private file=%s was=%o now=%o", path, mode, mode & ~_OTHERS)
