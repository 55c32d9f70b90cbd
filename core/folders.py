"""Where a user's own files of Hubbub are. Knows nothing of what is in them."""

import sys
from collections.abc import Mapping
from pathlib import Path

from core.errors import HubbubError


class NoFolder(HubbubError):
    """There is no place for a user's own files; the text says what to set."""


def home_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the user's home; None for one who has none, as in some containers."""
    said = environ.get("HOME", "")
    if said.startswith("/"):
        return Path(said)
    try:
        found = Path.home()
    except RuntimeError:  # neither HOME nor an entry for this user
        return None
    return found if found.is_absolute() else None


def state_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder of what is to be there the next time (XDG Base Directory Specification).

    Raise NoFolder.
    """
    if sys.platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "hubbub"
    state = environ.get("XDG_STATE_HOME", "")
    # The specification has relative paths ignored.
    if state.startswith("/"):
        return Path(state) / "hubbub"
    home = home_folder(environ)
    if home is None:
        raise NoFolder("this user has no home folder; set HOME or XDG_STATE_HOME to one")
    return home / ".local" / "state" / "hubbub"


def config_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of what a user has decided; None for one who has no home."""
    if sys.platform == "win32" and environ.get("APPDATA"):
        return Path(environ["APPDATA"]) / "hubbub"
    config = environ.get("XDG_CONFIG_HOME", "")
    if config.startswith("/"):
        return Path(config) / "hubbub"
    home = home_folder(environ)
    return None if home is None else home / ".config" / "hubbub"


def service_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder that systemd made for this service (StateDirectory=), if any."""
    first = environ.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(first) if first.startswith("/") else None
