"""The input history: what was typed, kept from one run to the next.

A broken file is reported once; typing goes on with what is in memory. Does not
know what a line means, except which ones must not be written to disk.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from prompt_toolkit.history import History

from terminal import strings
from terminal.state import what_is_wrong, write_whole

ENTRIES_KEPT: Final = 1000
"""Entries kept on disk."""


def is_kept(text: str) -> bool:
    """Tell whether a text may be written to disk: no direct message, no leading space."""
    return bool(text.strip()) and not text.startswith(" ") and text.split()[0].lower() != "/msg"


class KeptHistory(History):
    """The latest entries in a file that only its owner can read, one in JSON a line."""

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        """`complain` is told once if the file cannot be read or written."""
        super().__init__()
        self._path = path
        self._complain = complain
        self._broken = False

    def load_history_strings(self) -> Iterable[str]:
        """Return the entries, newest first."""
        try:
            return self._read()[::-1]
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as problem:
            self._give_up(problem)
            return []

    def store_string(self, string: str) -> None:
        """Write an entry, unless it is not to be kept or the file is broken."""
        if self._broken or not is_kept(string):
            return
        try:
            # Read again, since another client may have written meanwhile.
            entries = self._read() if self._path.exists() else []
            kept = [*entries, string][-ENTRIES_KEPT:]
            write_whole(self._path, "".join([json.dumps(entry) + "\n" for entry in kept]))
        except (OSError, ValueError) as problem:
            self._give_up(problem)

    def _read(self) -> list[str]:
        entries = [json.loads(line) for line in self._path.read_text("utf-8").splitlines()]
        if not all(isinstance(entry, str) for entry in entries):
            raise ValueError("history")
        return entries[-ENTRIES_KEPT:]

    def _give_up(self, problem: Exception) -> None:
        self._broken = True
        self._complain(strings.history_trouble(str(self._path), what_is_wrong(problem)))
