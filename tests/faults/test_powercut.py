"""A power cut keeps what was synced, and nothing else for certain."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from powercut import SECTOR_BYTES, Deed, Loss, TraceError, deeds, rebuild

FILE = "/data/log"
PAGE = 8 * SECTOR_BYTES


def hexed(data: bytes) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'


def write(at_s: float, offset: int, letter: bytes, size: int = PAGE) -> Deed:
    return Deed(at_s, at_s + 0.1, "pwrite64", FILE, offset, letter * size)


def sync(at_s: float, took_s: float = 0.1) -> Deed:
    return Deed(at_s, at_s + took_s, "sync", FILE)


def test_a_trace_is_read_in_the_order_of_time_over_all_threads() -> None:
    one = [
        f"10.000000 openat(AT_FDCWD, {hexed(b'/data/log')}, O_RDWR|O_CREAT, 0644) = 7 <0.000100>",
        f"10.000300 pwrite64(7, {hexed(b'abcd')}, 4, 8) = 4 <0.000050>",
        "10.000500 fdatasync(7) = 0 <0.001000>",
        "10.100000 close(7) = 0 <0.000010>",
        f"10.300000 write(2, {hexed(b'words')}, 5) = 5 <0.000010>",
        "10.400000 +++ exited with 0 +++",
    ]
    other = [
        "10.000400 ftruncate(7, 0x10) = 0 <0.000010>",
        "10.000450 fsync(9) = -1 EBADF (Bad file descriptor) <0.000010>",
        f"10.200000 openat(AT_FDCWD, {hexed(b'/etc/hosts')}, O_RDONLY) = 7 <0.000010>",
        f"10.200100 pwrite64(7, {hexed(b'ab')}, 2, 0) = 2 <0.000010>",
        f"10.500000 unlink({hexed(b'/data/log')}) = 0 <0.000010>",
    ]
    found = deeds([*other, *one], "/data/")
    assert [(deed.call, deed.file, deed.offset, deed.data) for deed in found] == [
        ("pwrite64", FILE, 8, b"abcd"),
        ("ftruncate", FILE, 16, b""),
        ("sync", FILE, 0, b""),
        ("unlink", FILE, 0, b""),
    ]
    assert found[2].end_s == pytest.approx(10.0015)


@pytest.mark.parametrize(
    "line",
    [
        f"11.0 pwrite64(7, {hexed(b'ab')}..., 4, 0) = 4 <0.000050>",
        f"11.0 write(7, {hexed(b'ab')}, 2) = 2 <0.000050>",
        f"11.0 rename({hexed(b'/data/a')}, {hexed(b'/data/b')}) = 0 <0.000050>",
    ],
)
def test_what_is_not_known_whole_is_an_error(line: str) -> None:
    opened = f"10.0 openat(AT_FDCWD, {hexed(b'/data/log')}, O_RDWR) = 7 <0.000100>"
    with pytest.raises(TraceError):
        deeds([opened, line], "/data/")


@given(st.sampled_from(Loss), st.integers(0, 1000))
def test_what_was_synced_is_there_whatever_is_lost(loss: Loss, seed: int) -> None:
    done = [write(1, 0, b"a"), write(2, PAGE, b"b"), sync(3), write(4, 0, b"c")]
    image = rebuild(done, 5.0, loss, random.Random(seed))[FILE]
    assert image[PAGE:] == b"b" * PAGE
    for begin in range(0, PAGE, SECTOR_BYTES):
        assert image[begin : begin + SECTOR_BYTES] in (b"a" * SECTOR_BYTES, b"c" * SECTOR_BYTES)


def test_what_was_not_synced_is_lost_in_three_ways() -> None:
    done = [write(1, 0, b"a"), sync(2), write(3, 0, b"b"), write(4, PAGE, b"c")]
    images = {loss: [] for loss in Loss}  # type: ignore[var-annotated]
    for loss in Loss:
        for seed in range(60):
            images[loss].append(rebuild(done, 9.0, loss, random.Random(seed))[FILE])
    assert set(images[Loss.ALL]) == {b"a" * PAGE}
    assert len(set(images[Loss.SOME])) > 50
    assert set(images[Loss.TORN]) == {
        b"b" * PAGE + b"c" * size for size in range(0, PAGE + 1, SECTOR_BYTES)
    }


def test_a_sync_counts_once_it_has_returned() -> None:
    done = [write(1, 0, b"a"), sync(2, took_s=3.0)]
    assert rebuild(done, 4.0, Loss.ALL, random.Random(0)) == {}
    assert rebuild(done, 5.0, Loss.ALL, random.Random(0)) == {FILE: b"a" * PAGE}


def test_a_sync_does_not_cover_what_was_written_during_it() -> None:
    done = [write(1, 0, b"a"), sync(2, took_s=3.0), write(3, PAGE, b"b")]
    assert rebuild(done, 9.0, Loss.ALL, random.Random(0)) == {FILE: b"a" * PAGE}


def test_nothing_of_after_the_cut_is_there() -> None:
    done = [write(1, 0, b"a"), sync(2), write(3, 0, b"b"), sync(4)]
    assert rebuild(done, 2.5, Loss.TORN, random.Random(0)) == {FILE: b"a" * PAGE}


def test_files_are_cut_lengthened_and_removed() -> None:
    done = [
        write(1, 0, b"a"),
        Deed(2, 2.1, "ftruncate", FILE, 2),
        write(3, 4, b"b", 1),
        sync(4),
    ]
    assert rebuild(done, 9.0, Loss.ALL, random.Random(0)) == {FILE: b"aa\0\0b"}
    gone = [*done, Deed(5, 5.1, "unlink", FILE), sync(6)]
    assert rebuild(gone, 9.0, Loss.ALL, random.Random(0)) == {}
