"""Who may come in, as an operator has decided: everybody, or who knows the passphrase.

Bound to this machine alone a hub is open, otherwise it asks for a passphrase, unless
it is told to. Knows flags, files and a server; does not know how doors ask.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from core.access.passphrase import (
    BadPassphrase,
    checked,
    make_passphrase,
    read_passphrase,
    write_passphrase,
)
from core.server.server import HubServer
from core.systemwords import in_words
from core.text.complaints import complain
from core.wire.hosts import is_loopback
from hubbub import strings
from hubbub.errors import CannotStart
from hubbub.paths import PASSPHRASE_NAME

AccessMode = Literal["open", "passphrase"]

LOOK_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """What the command line, the environment and the file of settings say."""

    mode: AccessMode | None = None
    passphrase: str | None = field(default=None, repr=False)
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What was decided. The `file` may change while the hub runs."""

    passphrase: str | None = field(repr=False)
    file: Path | None = None


def decide(options: AccessOptions, hosts: Sequence[str], folder: Path | str) -> Access:
    """Return who may come in; make a passphrase where one is wanted and there is none.

    Raise CannotStart.
    """
    given = options.passphrase is not None or options.file is not None
    if options.mode == "open" and given:
        raise CannotStart(strings.OPEN_WITH_PASSPHRASE)
    only_here = all(map(is_loopback, hosts))
    if options.mode == "open" or (options.mode is None and only_here and not given):
        return Access(None)
    if options.passphrase is not None and options.file is not None:
        raise CannotStart(strings.TWO_PASSPHRASES)
    if options.passphrase is not None:
        try:
            return Access(checked(options.passphrase))
        except BadPassphrase as problem:
            raise CannotStart(str(problem)) from problem
    if options.file is None and isinstance(folder, str):
        return Access(make_passphrase())  # nothing is kept, and so is this
    file = options.file or Path(folder) / PASSPHRASE_NAME
    return Access(kept_passphrase(file, create=options.file is None), file)


def kept_passphrase(file: Path, *, create: bool) -> str:
    """Return the passphrase of a file, which is made if it may be; raise CannotStart."""
    try:
        passphrase = read_passphrase(file)
        if passphrase is not None:
            return passphrase
        if not create:
            raise CannotStart(strings.no_passphrase_file(str(file)))
        passphrase = make_passphrase()
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_passphrase(file, passphrase)
    except BadPassphrase as problem:
        raise CannotStart(str(problem)) from problem
    except OSError as problem:
        raise CannotStart(strings.cannot_read_passphrase(str(file), in_words(problem))) from problem
    complain(strings.made_passphrase(str(file)))
    return passphrase


class PassphraseFollower:
    """Has a running hub ask for what its file says, soon after that has changed."""

    def __init__(self, hub: HubServer, access: Access) -> None:
        self._hub = hub
        self._file = access.file
        self._now = access.passphrase
        self._handle: asyncio.TimerHandle | None = None
        self._wrong = False

    def start(self) -> None:
        """Look once a second from here on, where there is a file."""
        if self._file is not None:
            self._handle = asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._look)

    async def stop(self) -> None:
        """Look no more."""
        if self._handle is not None:
            self._handle.cancel()

    def _look(self) -> None:
        assert self._file is not None  # noqa: S101  # or it would not have been started
        self.start()
        # Whatever is wrong with it, the one before holds on: it lets nobody in, nor out.
        try:
            passphrase = read_passphrase(self._file)
        except BadPassphrase as problem:
            self._tell_once(str(problem))
            return
        except OSError as problem:
            words = in_words(problem)
            self._tell_once(strings.cannot_read_passphrase(str(self._file), words))
            return
        if passphrase is None:
            self._tell_once(strings.passphrase_file_gone(str(self._file)))
            return
        self._wrong = False
        if passphrase != self._now:
            self._now = passphrase
            self._hub.change_passphrase(passphrase)
            complain(strings.PASSPHRASE_CHANGED)

    def _tell_once(self, problem: str) -> None:
        if not self._wrong:
            self._wrong = True
            complain(problem)
