"""The doctor's output: lines for a person, JSON objects for a program.

Pure. Does not know how anything is checked.
"""

import json
import textwrap
from collections.abc import Sequence
from typing import Final

from hubbub.doctor import strings
from hubbub.doctor.context import Result, State

TITLE_CHARACTERS: Final = 16
HINT_INDENT: Final = " " * 8
NARROWEST: Final = 30
"""Columns; what is narrower is written as if it had so many."""

_COLOURS: Final[dict[State, str]] = {
    "ok": "\x1b[32m",
    "failed": "\x1b[31m",
    "skipped": "\x1b[33m",
}
_RESET: Final = "\x1b[0m"


def as_json(result: Result) -> str:
    """Return one JSON object and a line end."""
    facts: dict[str, object] = {"door": result.check, "state": result.state}
    if result.ms is not None:
        facts["ms"] = round(result.ms, 1)
    if result.text:
        facts["text"] = result.text
    if result.hint:
        facts["hint"] = result.hint
    return json.dumps(facts, ensure_ascii=False) + "\n"


def as_lines(result: Result, columns: int, *, colours: bool) -> str:
    """Return what a person reads: what became of it, and what to do, indented below.

    What is no complaint stands behind the time if there is room.
    """
    columns = max(columns, NARROWEST)
    took = "" if result.ms is None else f"{result.ms:,.0f} ms"
    state = f"{result.state:<7}"
    if colours:
        state = f"{_COLOURS[result.state]}{state}{_RESET}"
    line = f"{state} {result.title:<{TITLE_CHARACTERS}} {took:>9}"
    used = 8 + TITLE_CHARACTERS + 10
    if result.state != "failed":
        if result.text and used + 2 + len(result.text) <= columns:
            return f"{line}  {result.text}\n"
        if result.state == "ok":
            return line + "\n"
    below = [*_wrapped(result.text, columns, ""), *_wrapped(result.hint, columns, "→ ")]
    return "\n".join([line.rstrip(), *below]) + "\n"


def _wrapped(text: str, columns: int, mark: str) -> list[str]:
    return textwrap.wrap(
        text, columns, initial_indent=HINT_INDENT + mark,
        subsequent_indent=HINT_INDENT + " " * len(mark), break_on_hyphens=False,
    )  # fmt: skip


def summary(results: Sequence[Result]) -> str:
    """Return how many doors work, in a sentence and its line end."""
    works = sum(result.state == "ok" for result in results)
    skipped = sum(result.state == "skipped" for result in results)
    failed = [result.title for result in results if result.state == "failed"]
    words = f"{works} of {len(results)} doors work"
    if skipped:
        words += strings.not_tried(skipped)
    return (words + (f"; look at: {', '.join(failed)}" if failed else "")) + "\n"
