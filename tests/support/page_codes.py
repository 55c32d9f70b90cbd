"""The QR codes that the page draws, and small ones read back."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[2]

SCRIPT = f"""
import {{ qrCode }} from "{(ROOT / "static/js/text/qr.js").as_uri()}";
const code = qrCode(process.argv[1]);
console.log(JSON.stringify(code.map((row) => row.map(Number))));
"""


def code(text: str) -> list[list[int]]:
    """Return what the page draws for a text, as Node runs it."""
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT, text],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    cells: list[list[int]] = json.loads(done.stdout)
    return cells


MASKS: Final[tuple[Callable[[int, int], int], ...]] = (
    lambda x, y: (x + y) % 2,
    lambda x, y: y % 2,
    lambda x, y: x % 3,
    lambda x, y: (x + y) % 3,
    lambda x, y: (x // 3 + y // 2) % 2,
    lambda x, y: x * y % 2 + x * y % 3,
    lambda x, y: (x * y % 2 + x * y % 3) % 2,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2,
)


def read(cells: list[list[int]]) -> str:
    """Return the text in a code of version 2, which has one block and one small pattern."""
    size = len(cells)
    assert size == 25
    mask = MASKS[
        int("".join(str(cells[8][x]) for x in (2, 3, 4)), 2) ^ 0b101
    ]  # bits 12 to 10 of the format, of which 101 is turned

    def is_fixed(x: int, y: int) -> bool:
        corner = (x < 9 and y < 9) or (x > size - 9 and y < 9) or (x < 9 and y > size - 9)
        return corner or 6 in (x, y) or (16 <= x <= 20 and 16 <= y <= 20)

    bits: list[int] = []
    upwards = True
    for right in (24, 22, 20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        for y in range(size - 1, -1, -1) if upwards else range(size):
            for x in (right, right - 1):
                if not is_fixed(x, y):
                    bits.append(cells[y][x] ^ (mask(x, y) == 0))
        upwards = not upwards

    def number(start: int, length: int) -> int:
        return int("".join(map(str, bits[start : start + length])), 2)

    assert number(0, 4) == 4, "bytes"
    length = number(4, 8)
    assert number(12 + 8 * length, 4) == 0, "the end"
    # What follows is filled up, in turn with these.
    fill = [number(16 + 8 * at, 8) for at in range(length, 26)]
    assert fill == ([0xEC, 0x11] * 13)[: len(fill)]
    return bytes(number(12 + 8 * at, 8) for at in range(length)).decode()
