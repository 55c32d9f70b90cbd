"""Where a user's own files of Hubbub are. Knows nothing of what is in them."""

import sys
from collections.abc import Mapping
from pathlib import Path


def state_folder(environ: Mapping[str, str], home: Path) -> Path:
    """Return the folder of what is to be there the next time (XDG Base Directory Specification)."""
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", str(home))) / "hubbub"
    state = environ.get("XDG_STATE_HOME", "")
    # The specification has relative paths ignored.
    base = Path(state) if state.startswith("/") else home / ".local" / "state"
    return base / "hubbub"
