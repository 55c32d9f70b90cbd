"""Where in a room's log to begin. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.errors import HubbubError
from core.text.ago import parse_ago
from terminal import strings

_SEQ: Final = re.compile(r"#?([0-9]{1,12})")
_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?")


class BadSince(HubbubError):
    """A point in time that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin: behind `after`, or at `since_ms`, or with the `last` newest."""

    last: int = 10
    after: int | None = None
    since_ms: int | None = None


def parse_start(last: int, since: str | None, now_ms: int) -> Start:
    """Return where to begin; raise BadSince. Times without a zone are local."""
    if since is None:
        if last < 0:
            raise BadSince(strings.LAST_FORMS)
        return Start(last=last)
    number = _SEQ.fullmatch(since)
    if number:
        return Start(after=int(number[1]))
    ago_ms = parse_ago(since, now_ms)
    return Start(since_ms=max(0, _at_ms(since, now_ms)) if ago_ms is None else ago_ms)


def _at_ms(since: str, now_ms: int) -> int:
    read: Callable[[str], datetime] = datetime.fromisoformat
    try:
        if not _CLOCK.fullmatch(since):
            return int(read(since).timestamp() * 1000)
        now = datetime.fromtimestamp(now_ms / 1000)  # noqa: DTZ006, the reader's own clock
        there = read(f"{now:%Y-%m-%d}T{since:0>5}")
        # Who asks in the morning for 23:00 means yesterday's.
        return int((there - timedelta(days=there > now)).timestamp() * 1000)
    except (ValueError, OverflowError, OSError) as problem:
        raise BadSince(strings.SINCE_FORMS) from problem
