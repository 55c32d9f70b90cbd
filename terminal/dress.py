"""Styling of lines for a terminal: wrapped to its width, coloured, with links.

Pure. What comes in are text mode's lines, which are harmless; what a line is
can be told from its beginning, because nothing that anybody said stands there.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from core.text.invitation import commands
from terminal.links import Address, addresses, linked
from terminal.paint import DIM, RESET, alone, calling, nick_colour, wrong
from terminal.wrap import NARROWEST_COLUMNS, Piece, pieces, untabbed

MENTION: Final = "*"
"""Stands before the name of who names you: `12:03 *<bob> alice, are you there?`"""

_HEAD: Final = re.compile(
    r"(?P<at>[0-9]{2}:[0-9]{2}) (?P<who>"
    r"(?P<mark>\*?)(?:<(?P<nick>[^\s<>]+)>|\* (?P<doer>\S+))"
    r"|\[(?:from|to) (?P<other>[^\s<>]+)\]"
    r"|(?P<news>--)) "
    r"|(?P<remark>--|──) |(?P<wrong>-!) |(?P<more>      [|…]) "
)

_COMMAND: Final = re.compile(rf"-- (?:{'|'.join(commands('', 0))}) {{2,}}\S")
"""A command of an invitation. It is not cut, or it would be copied in pieces."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a terminal can show: `colours` for nicks, and links to click."""

    colours: tuple[str, ...] = ()
    links: bool = False


PLAIN: Final = Look()


def dressed(text: str, columns: int, look: Look = PLAIN) -> str:
    """Return whole lines, cut to `columns` cells and painted."""
    return "".join([_dressed(line, columns, look) for line in text.split("\n")[:-1]])


def marked(line: str) -> str:
    """Return a message's lines with the mark of a mention."""
    at, _, rest = line.partition(" ")
    return f"{at} {MENTION}{rest}"


def _dressed(line: str, columns: int, look: Look) -> str:
    if columns >= NARROWEST_COLUMNS:
        line = untabbed(line)
    head = _HEAD.match(line)
    found = addresses(line) if look.links and ":" in line else []
    if _COMMAND.match(line):
        columns = 0
    cut = pieces(line, columns, head.end() if head else 0, whole_addresses=not look.links)
    return "".join(
        [" " * piece.indent + _painted(line, piece, head, look, found) + "\n" for piece in cut]
    )


def _painted(
    line: str, piece: Piece, head: re.Match[str] | None, look: Look, found: list[Address]
) -> str:
    if head is None or not look.colours:
        return _with_links(line, piece.start, piece.end, found)
    if head["wrong"]:
        return f"{wrong(look.colours)}{_with_links(line, piece.start, piece.end, found)}{RESET}"
    if head["news"] or head["remark"]:
        return f"{DIM}{_with_links(line, piece.start, piece.end, found)}{RESET}"
    # A head is never wider than a line, but a long nick's may be cut.
    if piece.start > 0 or piece.end < head.end() - 1:
        return _with_links(line, piece.start, piece.end, found)
    return _painted_head(head, look.colours) + _with_links(line, head.end(), piece.end, found)


def _painted_head(head: re.Match[str], colours: tuple[str, ...]) -> str:
    if head["more"]:
        return f"{DIM}{head[0]}{RESET}"
    at, who = head["at"], head["who"]
    nick = head["nick"] or head["doer"] or head["other"]
    extra = calling(colours) if head["mark"] else alone(colours) if head["other"] else ""
    before, after = who[: who.rindex(nick)], who[who.rindex(nick) + len(nick) :]
    painted = f"{before}{nick_colour(nick, colours)}{extra}{nick}{RESET}{after}"
    return f"{DIM}{at}{RESET} {painted} "


def _with_links(line: str, start: int, end: int, found: list[Address]) -> str:
    parts: list[str] = []
    # Only those in this piece: a long line may have thousands, and hundreds of pieces.
    begin = bisect_right(found, start, key=lambda address: address.end)
    for address in found[begin : bisect_left(found, end, key=lambda address: address.start)]:
        first, last = max(start, address.start), min(end, address.end)
        if first < last:
            parts += [line[start:first], linked(line[first:last], address.url)]
            start = last
    return "".join([*parts, line[start : max(start, end)]])
