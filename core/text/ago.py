"""How long ago, as people write it: 30s, 10m, 2h, 1d. Pure; knows no command and no flag."""

import re
from typing import Final

_AGO: Final = re.compile(r"([0-9]{1,9})([smhd])")
_UNIT_MS: Final = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse_ago(text: str, now_ms: int) -> int | None:
    """Return the time, in ms since 1970, that `10m` ago means; None for something else."""
    ago = _AGO.fullmatch(text.lower())
    return None if ago is None else max(0, now_ms - int(ago[1]) * _UNIT_MS[ago[2]])
