"""The ignore list: whose messages are hidden at one hub, kept from one run to the next.

Does not know what is hidden, nor where it would be shown.
"""

import json
from collections.abc import Callable
from pathlib import Path

from core.text.format import name
from core.text.personal_commands import Ignore, Unignore
from terminal import strings
from terminal.state import what_is_wrong, write_whole
from terminal.view import complaint, remark


class Ignored:
    """Nicks in whatever case. Without a file they are forgotten at the end."""

    def __init__(
        self, path: Path | None = None, hub: str = "", complain: Callable[[str], None] = print
    ) -> None:
        """`complain` is told if the file cannot be read or written."""
        self._path = path
        self._hub = hub
        self._complain = complain
        self._nicks: dict[str, str] = {}
        self._take(self._read().get(hub, []))

    def __contains__(self, nick: str) -> bool:
        return bool(self._nicks) and nick.casefold() in self._nicks

    @property
    def nicks(self) -> list[str]:
        """Who is ignored, as typed, in order of the alphabet."""
        return sorted(self._nicks.values(), key=str.casefold)

    def add(self, nick: str) -> None:
        """Ignore somebody from now on."""
        self._nicks[nick.casefold()] = nick
        self._write()

    def remove(self, nick: str) -> bool:
        """Hear somebody again; tell whether he was ignored."""
        if self._nicks.pop(nick.casefold(), None) is None:
            return False
        self._write()
        return True

    def carry_out(self, command: Ignore | Unignore, own_nick: str) -> bytes:
        """Do what was typed; return what is shown of it."""
        nick = command.nick
        if nick is None:
            nicks = ", ".join(map(name, self.nicks))
            return remark(strings.ignored(nicks) if nicks else strings.NOBODY_IGNORED)
        if isinstance(command, Unignore):
            was_ignored = self.remove(nick)
            return remark(strings.is_shown_again(name(nick), was_ignored=was_ignored))
        if nick.casefold() == own_nick.casefold():
            return complaint(strings.IGNORE_YOURSELF)
        self.add(nick)
        return remark(strings.is_ignored(name(nick)))

    def _take(self, nicks: list[str]) -> None:
        self._nicks = {nick.casefold(): nick for nick in nicks}

    def _read(self) -> dict[str, list[str]]:
        if self._path is None:
            return {}
        try:
            hubs = json.loads(self._path.read_text("utf-8"))
            if not isinstance(hubs, dict) or not all(map(_is_nicks, hubs.values())):
                raise ValueError("ignored")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as problem:
            why = what_is_wrong(problem)
            self._complain(strings.ignored_unreadable(str(self._path), why))
            self._path = None
            return {}
        return hubs

    def _write(self) -> None:
        if self._path is None:
            return
        # Read again, since another client may have written for its hub meanwhile.
        hubs = self._read()
        hubs[self._hub] = self.nicks
        try:
            if self._path is not None:
                write_whole(self._path, json.dumps(hubs, ensure_ascii=False, indent=1) + "\n")
        except OSError as problem:
            why = what_is_wrong(problem)
            self._complain(strings.ignored_unwritable(str(self._path), why))


def _is_nicks(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(nick, str) for nick in value)
