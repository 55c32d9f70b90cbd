"""What Tab offers: commands, nicks and rooms. Pure."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from terminal.commands import HERE

NICK_COMMANDS: Final = frozenset({"/msg", "/query", "/ignore", "/unignore"})
ROOM_COMMANDS: Final = frozenset({"/join", "/j", "/leave", "/part", "/go"})


class Offer(NamedTuple):
    """One text that may stand in place of what was typed."""

    text: str
    replaced: int
    """Characters before the cursor that it takes the place of."""
    usage: str = ""
    help: str = ""


def offers(before: str, nicks: Sequence[str], rooms: Sequence[str]) -> list[Offer]:
    """Return what fits the word before the cursor, in the order given."""
    word = before[max(before.rfind(" "), before.rfind("\n")) + 1 :]
    if before == word and word.startswith("/"):
        return [
            Offer(f"/{name} ", len(word), command.usage, command.help)
            for name, command in HERE.items()
            if f"/{name}".startswith(word.lower())
        ]
    first, *others = before.split(" ")
    if len(others) == 1 and first.lower() in ROOM_COMMANDS:
        return _beginning(word, word, rooms, "", " ")
    if len(others) == 1 and first.lower() in NICK_COMMANDS:
        return _beginning(word, word, nicks, "", " ")
    at = "@" if word.startswith("@") else ""
    if not word:
        return []
    return _beginning(word, word[len(at) :], nicks, at, ": " if before == word and not at else " ")


def _beginning(
    word: str, start: str, names: Sequence[str], prefix: str, suffix: str
) -> list[Offer]:
    start = start.casefold()
    return [
        Offer(f"{prefix}{name}{suffix}", len(word))
        for name in names
        if name.casefold().startswith(start)
    ]
