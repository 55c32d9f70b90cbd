"""`hubbub passphrase`: show the passphrase of a hub, renew it, or set one's own.

Works on the file, beside a running hub or without one. Does not know how doors ask.
"""

import getpass
import sys
from pathlib import Path

from core.access.passphrase import (
    BadPassphrase,
    checked,
    make_passphrase,
    read_passphrase,
    write_passphrase,
)
from core.exitcodes import FAILED, OK, USAGE
from core.folders import NoFolder
from core.systemwords import in_words
from core.text.complaints import complain
from hubbub import strings
from hubbub.paths import PASSPHRASE_NAME, data_folder
from hubbub.standard import flush_output


def run_passphrase(data: str | None, file: Path | None, *, renew: bool, set_own: bool) -> int:
    """Print it on standard output; return the exit code."""
    if renew and set_own:
        complain(strings.RENEW_OR_SET)
        return USAGE
    try:
        folder = data_folder(data)
        if file is None and isinstance(folder, str):
            complain(strings.NO_PASSPHRASE_IN_MEMORY)
            return USAGE
        kept = file or Path(folder) / PASSPHRASE_NAME
        passphrase = _changed(kept, renew=renew) if renew or set_own else read_passphrase(kept)
    except NoFolder as problem:
        complain(str(problem))
        return FAILED
    except BadPassphrase as problem:
        complain(str(problem))
        return USAGE if set_own else FAILED
    except OSError as problem:
        complain(strings.cannot_read_passphrase(str(problem.filename or kept), in_words(problem)))
        return FAILED
    if passphrase is None:
        complain(strings.NO_PASSPHRASE_YET)
        return FAILED
    if sys.stdout is not None and not set_own:
        sys.stdout.write(passphrase + "\n")
        return flush_output()
    return OK


def _changed(file: Path, *, renew: bool) -> str:
    passphrase = make_passphrase() if renew else checked(_asked())
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_passphrase(file, passphrase)
    return passphrase


def _asked() -> str:
    """Read one, from a terminal twice and unseen; raise BadPassphrase."""
    if sys.stdin is None:
        return ""
    try:
        if not sys.stdin.isatty():
            return sys.stdin.buffer.readline().decode("utf-8-sig")
        once = getpass.getpass(strings.NEW_PASSPHRASE)
        if once != getpass.getpass(strings.NEW_PASSPHRASE_AGAIN):
            raise BadPassphrase(strings.PASSPHRASE_TWICE)
    except UnicodeDecodeError as problem:
        raise BadPassphrase(strings.PASSPHRASE_NOT_UTF8) from problem
    except EOFError:  # Ctrl-D
        return ""
    return once
