"""How much a thread has read, as the kernel counts it: how far a long statement is.

SQLite says nothing of how far a check is, which is one instruction to it. It
reads each page once, so what its thread has read tells. Linux only.
"""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

_READ: Final = re.compile(rb"^rchar: (\d+)$", re.MULTILINE)


def bytes_read_here() -> Callable[[], int] | None:
    """Return what tells, from any thread, how much the calling thread has read so far.

    None where the system does not count.
    """
    counts = Path(f"/proc/self/task/{threading.get_native_id()}/io")

    def read_bytes() -> int:
        try:
            found = _READ.search(counts.read_bytes())
        except OSError:  # the thread has ended
            return 0
        return int(found[1]) if found else 0

    return read_bytes if read_bytes() else None
