"""Make core/text/confusables.txt from Unicode's confusables.txt.

    python tools/confusables.py PATH/TO/confusables.txt

The source is published with UTS #39, Unicode Security Mechanisms, as
`security/<version>/confusables.txt`, and is part of ICU's source as
`source/data/unidata/confusables.txt`. Its licence stands beside the result, in
core/text/confusables-licence.txt: replace both together.
"""

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

RESULT = Path(__file__).parents[1] / "core" / "text" / "confusables.txt"

HEADER = """\
# Characters that look alike, from Unicode's confusables.txt, {version}
# Copyright (c) 1991-{year} Unicode, Inc.; the licence is in confusables-licence.txt
# Modified by tools/confusables.py: characters that NFKD rewrites are left out,
# and all that look like one string stand on one line:
#   the string: the characters that look like it (code points, hexadecimal)
"""


def read(source: str) -> tuple[dict[str, str], str, str]:
    """Return the mapping of `source`, its version, and its year."""
    mapping: dict[str, str] = {}
    version = year = ""
    for line in source.removeprefix("\ufeff").split("\n"):
        if line.startswith("# Version:"):
            version = line.removeprefix("# ").lower()
        if line.startswith("# Date:"):
            year = line.removeprefix("# Date: ")[:4]
        fields = line.partition("#")[0].split(";")
        if len(fields) >= 3:
            mapping[_string(fields[0])] = _string(fields[1])
    if not (mapping and version and year):
        raise SystemExit("this is not Unicode's confusables.txt")
    return mapping, version, year


def compact(mapping: dict[str, str]) -> dict[str, list[str]]:
    """Return each prototype with its look-alikes, under compatibility decomposition.

    The skeleton of a name is made of its NFKD form, so that a character which
    NFKD rewrites never comes to the table, and each prototype must be its own
    skeleton.
    """
    kept = {
        character: prototype
        for character, prototype in mapping.items()
        if unicodedata.normalize("NFKD", character) == character
    }
    groups: dict[str, list[str]] = defaultdict(list)
    for character, prototype in sorted(kept.items()):
        for _ in range(8):
            before = prototype
            prototype = unicodedata.normalize("NFKD", prototype)
            prototype = "".join(kept.get(one, one) for one in prototype)
            if prototype == before:
                break
        else:
            raise SystemExit(f"{_codes(character)} never comes to rest")
        if prototype != character:
            groups[prototype].append(character)
    return groups


def _string(codes: str) -> str:
    return "".join(chr(int(code, 16)) for code in codes.split())


def _codes(text: str) -> str:
    return " ".join(f"{ord(character):04X}" for character in text)


def main() -> None:
    """Read the file named on the command line and write the result."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    mapping, version, year = read(Path(sys.argv[1]).read_text("utf-8"))
    lines = [
        f"{_codes(prototype)}: {_codes(''.join(characters))}\n"
        for prototype, characters in sorted(compact(mapping).items())
    ]
    text = HEADER.format(version=version, year=year) + "".join(lines)
    RESULT.write_text(text, "ascii", newline="\n")


if __name__ == "__main__":
    main()
