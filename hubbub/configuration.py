"""`hubbub config`: every setting of a command, its value, and where that came from.

It is also how a file of settings is tried before a server is started with it: what is
wrong is told as the server would tell it. Does not know what a setting does.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from cyclopts import Token
from cyclopts.argument import Argument, ArgumentCollection

from hubbub import strings
from hubbub.settings import SECRETS, Settings, is_setting, key, parsed_value
from hubbub.standard import flush_output

DEFAULT: Final = "default"


class Row(NamedTuple):
    """One setting. `value` is None where there is none, and a secret's is not shown."""

    name: str
    value: Any
    source: str


def run_config(
    settings: Settings, app: Any, command: str, file: Path | None, no_output: Callable[[], int], *,
    as_json: bool,
) -> int:  # fmt: skip
    """Print the settings of a command; return the exit code. Raise BadSetting for a wrong one."""
    arguments: ArgumentCollection = app[command].assemble_argument_collection()
    if file is not None:
        said = next(one for one in arguments if one.name == "--config")
        said.append(Token(keyword="--config", value=str(file), source="cli"))
    settings(app, (command,), arguments)
    rows = list(_rows(arguments))
    if sys.stdout is None:
        return no_output()
    lines = _json_lines(rows) if as_json else _text_lines(rows)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return flush_output()


def _rows(arguments: Iterable[Argument]) -> Iterator[Row]:
    for one in arguments:
        if not is_setting(one) or one.name == "--config":
            continue
        if not one.tokens:
            default = one.field_info.default
            yield Row(key(one), list(default) if isinstance(default, tuple) else default, DEFAULT)
            continue
        value = parsed_value(one)
        if one.name in SECRETS:
            value = strings.NOT_SHOWN
        yield Row(key(one), value, str(one.tokens[0].source))


def _json_lines(rows: Iterable[Row]) -> list[str]:
    return [json.dumps(row._asdict(), ensure_ascii=False, default=str) for row in rows]


def _text_lines(rows: list[Row]) -> list[str]:
    shown = [(row.name, _shown(row.value), row.source) for row in rows]
    names, values = (max(len(row[at]) for row in shown) for at in (0, 1))
    return [f"{name:{names}}  {value:{values}}  {source}" for name, value, source in shown]


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return " ".join(map(str, value)) or "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
