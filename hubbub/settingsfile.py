"""A file of settings, in TOML: read, and its names checked.

Knows no flag: which names there are is told.
"""

import difflib
import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cyclopts import CycloptsError

from core.systemwords import in_words
from hubbub import strings


class BadSetting(CycloptsError):
    """A value that cannot be; the text says whose, and what it may be."""


Names = Mapping[str, Mapping[str, bool]]
"""For each command the names of its flags, and whether the file may have them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file says."""

    name: str
    values: Mapping[str, Any]

    def for_command(self, command: str, names: Names) -> dict[str, tuple[Any, str]]:
        """Return what it says to a command, each with its place; raise BadSetting.

        Names are with `_`. Any name that no command has as a setting is refused.
        """
        general: dict[str, tuple[Any, str]] = {}
        own: dict[str, tuple[Any, str]] = {}
        everywhere: dict[str, bool] = {}
        for some in names.values():
            for name, is_setting in some.items():
                everywhere[name] = everywhere.get(name, False) or is_setting
        for key, value in self.values.items():
            if not isinstance(value, dict):
                self._check(key, key, everywhere)
                general[key.replace("-", "_")] = value, f"{key} in {self.name}"
                continue
            for inner, it in value.items():
                place = f"[{key}] {inner}"
                self._check(inner, place, names.get(key, {}))
                if key == command:
                    own[inner.replace("-", "_")] = it, f"{place} in {self.name}"
        return general | own

    def _check(self, key: str, place: str, names: Mapping[str, bool]) -> None:
        plain = key.replace("-", "_")
        if names.get(plain):
            return
        if plain in names:
            flag = "--" + plain.replace("_", "-")
            raise BadSetting(msg=strings.per_use_setting(self.name, place, flag))
        settings = sorted(name for name, is_setting in names.items() if is_setting)
        close = difflib.get_close_matches(plain, settings, 1)
        raise BadSetting(msg=strings.no_setting(self.name, place, close[0] if close else None))


class SettingsFile:
    """A place where settings may be."""

    def __init__(
        self, path: Path, *, optional: bool = False, tell: Callable[[str], None] | None = None
    ) -> None:
        """An `optional` file may be missing, or lie where this user cannot look.

        The latter is told, if somebody is there to `tell`.
        """
        self._path = path
        self._optional = optional
        self._tell = tell

    def read(self) -> Found | None:
        """Return what it says, None if there is no optional file; raise BadSetting."""
        name = _whole_name(self._path)
        try:
            data = self._bytes()
        except OSError as problem:
            raise BadSetting(msg=strings.cannot_read_settings(name, in_words(problem))) from None
        if data is None:
            return None
        try:
            # Editors on Windows begin a file with a mark.
            values = tomllib.loads(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise BadSetting(msg=strings.file_not_utf8(name)) from None
        except (tomllib.TOMLDecodeError, RecursionError) as problem:
            raise BadSetting(msg=strings.not_toml(name, str(problem))) from None
        return Found(name, values)

    def _bytes(self) -> bytes | None:
        if self._optional and not self._is_there():
            return None
        return self._path.read_bytes()

    def _is_there(self) -> bool:
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except PermissionError as problem:
            # Nobody who has no business in that folder has put settings there.
            if self._tell is not None:
                self._tell(strings.settings_not_sought(in_words(problem)))
            return False
        # A pipe of that name would be waited for.
        return stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)


def _whole_name(path: Path) -> str:
    try:
        return os.path.abspath(path)  # noqa: PTH100  # resolves no link
    except OSError:  # the working directory is gone
        return str(path)
