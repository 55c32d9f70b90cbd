"""Lines of a file or pipe, gathered into messages as they come.

Knows when a pause was long enough. Does not know what becomes of a
message, nor how lines are gathered.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from core.errors import Refused
from core.wire.framing import TooLong
from terminal import strings
from terminal.blocks import Gathering
from terminal.streams import Input

TURN_S = 0.05
"""How often the sampler is asked for what it holds."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


async def gathered(
    lines: Input, gathering: Gathering, refuse: Callable[[str], None], holds: Callable[[], bool]
) -> AsyncIterator[str | None]:
    """Give each message once it is complete, and None while `holds` wants a turn.

    `refuse` is told of lines that cannot be said, with their numbers.
    """
    reader = _Reader(gathering, refuse)
    while True:
        try:
            async with asyncio.timeout(_wait_s(gathering, holds())):
                got = await lines.lines()
        except TimeoutError:
            for text in gathering.flush() if _is_due(gathering) else [None]:
                yield text
            continue
        if got is None:
            break
        now_s = time.monotonic()
        for line in got:
            for text in reader.take(line, now_s):
                yield text
        # A pipe that never falls silent must not keep its oldest line either.
        if _is_due(gathering):
            for text in gathering.flush():
                yield text
    for text in gathering.flush():
        yield text


class _Reader:
    """Makes text of lines, and counts them."""

    def __init__(self, gathering: Gathering, refuse: Callable[[str], None]) -> None:
        self._gathering = gathering
        self._refuse = refuse
        self._number = 0

    def take(self, line: bytes | TooLong, now_s: float) -> list[str]:
        """Return the messages that are complete with this line."""
        self._number += 1
        if isinstance(line, TooLong):
            self._refuse(strings.numbered_line_too_long(self._number, line.size))
            return []
        try:
            # Windows puts a mark at the beginning of what it pipes.
            text = line.decode("utf-8-sig" if self._number == 1 else "utf-8")
            return self._gathering.line(text, now_s)
        except UnicodeDecodeError:
            self._refuse(strings.line_not_utf8(self._number) + self._hint(line))
        except Refused as problem:
            self._refuse(strings.line_refused(self._number, problem.text))
        return []

    def _hint(self, line: bytes) -> str:
        if self._number == 1 and line.startswith(_UTF_16):
            return strings.UTF_16_HINT
        return ""


def _wait_s(gathering: Gathering, holding: bool) -> float | None:
    due_s = gathering.due_s
    left_s = None if due_s is None else max(0.0, due_s - time.monotonic())
    if not holding:
        return left_s
    return TURN_S if left_s is None else min(TURN_S, left_s)


def _is_due(gathering: Gathering) -> bool:
    return gathering.due_s is not None and time.monotonic() >= gathering.due_s
