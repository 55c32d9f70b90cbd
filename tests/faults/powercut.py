"""What a power cut leaves of files, from a trace of what was done to them. Pure.

A write reaches the disk for certain when a sync of its file that began after
it has returned. Until then each of its sectors may be there or not, in any
order; that is all that a disk promises. What was removed is removed for certain
with the next sync of any file: file systems keep a journal of their folders.
"""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

SECTOR_BYTES = 512

TRACED = "open,openat,close,pwrite64,write,fdatasync,fsync,ftruncate,unlink,rename"
"""System calls that the trace must hold."""

TRACE = ".trace"

STRING_BYTES = 1 << 20
"""The longest write that is traced whole; a longer one is an error here."""


class TraceError(Exception):
    """The trace does not tell all that would have to be known."""


class Loss(Enum):
    """How much of what was not synced is lost."""

    ALL = "all"
    SOME = "some sectors"
    TORN = "the end of the last write"


@dataclass(frozen=True, slots=True)
class Deed:
    """One call that was made to a file. Times are seconds since 1970."""

    begin_s: float
    end_s: float
    call: str
    file: str
    offset: int = 0
    data: bytes = b""


_CALL = re.compile(r"(\d+\.\d+) (\w+)\((.*)\)\s+= (-?\d+)[^<]*<(\d+\.\d+)>")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


def deeds(lines: Iterable[str], folder: str) -> list[Deed]:
    """Return what was done to files of a folder; `lines` are of strace -ttt -T -xx.

    Raise TraceError for a write that was not traced whole, or a renamed file.
    """
    calls = [found for line in lines if (found := _CALL.match(line))]
    files: dict[int, str] = {}
    # A descriptor's file is known only in the order of time, over all threads.
    calls.sort(key=lambda call: float(call[1]))
    return [deed for call in calls for deed in _deed(call, files, folder)]


def _deed(call: "re.Match[str]", files: dict[int, str], folder: str) -> Iterator[Deed]:
    begin, name, words, result, took = call.groups()
    begin_s, end_s = float(begin), float(begin) + float(took)
    strings = [
        (bytes.fromhex(one.replace("\\x", "")), more) for one, more in _STRING.findall(words)
    ]
    if int(result) < 0:
        return
    if name in ("open", "openat"):
        path = strings[0][0].decode()
        # The trace is written at the start and the end alone, and not looked at here.
        ours = path.startswith(folder) and TRACE not in path
        files[int(result)] = path if ours else ""
    elif name in ("unlink", "rename"):
        path = strings[0][0].decode()
        if path.startswith(folder) and TRACE not in path:
            if name == "rename":
                raise TraceError(f"{path} was renamed; this is not rebuilt here")
            yield Deed(begin_s, end_s, name, path)
    else:
        number = int(re.match(r"\d+", words)[0])  # type: ignore[index]
        file = files.get(number, "")
        if name == "close":
            files.pop(number, None)
        elif file and name == "ftruncate":
            yield Deed(begin_s, end_s, name, file, int(words.rpartition(", ")[2], 0))
        elif file and name == "pwrite64":
            ((data, cut),) = strings
            if cut or len(data) != int(result):
                raise TraceError(f"a write of {result} bytes was traced as {len(data)}")
            yield Deed(begin_s, end_s, name, file, int(words.rpartition(", ")[2], 0), data)
        elif file and name == "write":
            raise TraceError(f"{file}: written where the descriptor stands; not rebuilt here")
        elif file:
            yield Deed(begin_s, end_s, "sync", file)


@dataclass(slots=True)
class _Disk:
    """One file: what is on the disk for certain, and what may be."""

    image: bytearray | None = None
    unsure: list[Deed] = field(default_factory=list)


def rebuild(done: Iterable[Deed], cut_s: float, loss: Loss, rng: random.Random) -> dict[str, bytes]:
    """Return the files, by path, that are there after the power was cut at `cut_s`."""
    disks: dict[str, _Disk] = {}
    for deed in done:
        if deed.begin_s > cut_s:
            break
        disk = disks.setdefault(deed.file, _Disk())
        if deed.call != "sync":
            disk.unsure.append(deed)
        elif deed.end_s <= cut_s:
            for other in disks.values():
                _settle_removals(other, deed.begin_s)
            for sure in [one for one in disk.unsure if one.end_s <= deed.begin_s]:
                disk.image = _apply(disk.image, sure)
                disk.unsure.remove(sure)
    for disk in disks.values():
        for number, deed in enumerate(disk.unsure):
            last = number == len(disk.unsure) - 1
            for piece in _kept(deed, loss, rng, last=last):
                disk.image = _apply(disk.image, piece)
    return {path: bytes(disk.image) for path, disk in disks.items() if disk.image is not None}


def _settle_removals(disk: _Disk, before_s: float) -> None:
    removed = [n for n, one in enumerate(disk.unsure)
               if one.call == "unlink" and one.end_s <= before_s]  # fmt: skip
    if removed:
        disk.image = None
        del disk.unsure[: removed[-1] + 1]


def _kept(deed: Deed, loss: Loss, rng: random.Random, *, last: bool) -> list[Deed]:
    if loss is Loss.ALL:
        return []
    whole = loss is Loss.TORN and not last
    if deed.call != "pwrite64":
        return [deed] if whole or rng.random() < 0.5 else []
    sectors = [
        Deed(deed.begin_s, deed.end_s, deed.call, deed.file, deed.offset + begin,
             deed.data[begin : begin + SECTOR_BYTES])
        for begin in range(0, len(deed.data), SECTOR_BYTES)
    ]  # fmt: skip
    if loss is Loss.TORN:
        return sectors if whole else sectors[: rng.randrange(len(sectors) + 1)]
    return [sector for sector in sectors if rng.random() < 0.5]


def _apply(image: bytearray | None, deed: Deed) -> bytearray | None:
    if deed.call == "unlink":
        return None
    image = bytearray() if image is None else image
    if deed.call == "ftruncate":
        del image[deed.offset :]
        return image.ljust(deed.offset, b"\0")
    end = deed.offset + len(deed.data)
    if len(image) < end:
        image = image.ljust(end, b"\0")
    image[deed.offset : end] = deed.data
    return image
