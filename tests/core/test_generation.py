"""Whether a log is the one that clients have seen, and whether it needs a check."""

import contextlib
import shutil
import sqlite3
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from store_lines import WallClock, append, entry, texts

from core.errors import Interrupted, StoreUnusable
from core.progress import Step, Watch
from core.sqlite import database
from core.sqlite.database import interruptible
from core.sqlite.generation import generation_path, read_generation
from core.sqlite.schema import VERSION
from core.sqlite.store import Store
from core.sqlite.walcheck import FRAME_HEADER_BYTES, HEADER_BYTES

FIRST_VERSION = Path(__file__).parent / "files" / "version-1.sqlite3"
FIRST_LOG = "e3d8bf0eb73914bb"


def opened(path: Path) -> Store:
    return Store(path, WallClock())


def used(path: Path, *messages: str) -> str:
    """Open the log, say something, close it; return its name."""
    store = opened(path)
    if messages:
        append(store, *map(entry, messages))
    store.close()
    return store.log


def name(path: Path) -> str:
    return used(path)


def killed(path: Path, *messages: str) -> str:
    """Use the log, and leave the files as a killed hub leaves them."""
    store = opened(path)
    append(store, *map(entry, messages))
    folder = path.parent / "image"
    folder.mkdir()
    files = [path, path.with_name(path.name + "-wal"), generation_path(path)]
    for file in files:
        shutil.copyfile(file, folder / file.name)
    store.close()
    for file in files:
        # The same files as before, so that it is the same log.
        file.write_bytes((folder / file.name).read_bytes())
    shutil.rmtree(folder)
    return store.log


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Collect whether each opening read the file from end to end."""
    done: list[bool] = []
    inspect = database._inspect

    def watched(path: Path, watch: Any) -> None:
        done.append(watch is not None)
        inspect(path, watch)

    monkeypatch.setattr(database, "_inspect", watched)
    return done


def test_a_log_keeps_its_name_over_any_number_of_starts(path: Path) -> None:
    log = used(path, "a")
    assert [used(path, "b"), killed(path, "c"), used(path, "d"), name(path)] == [log] * 4


def test_only_what_was_not_left_whole_is_read_from_end_to_end(
    path: Path, checks: list[bool]
) -> None:
    used(path, "a")
    assert checks == [], "a new file has nothing to be read"
    used(path, "b")
    assert checks == [False]
    killed(path, "c")
    name(path)
    assert checks == [False, False, True]


def test_whoever_writes_to_the_file_between_has_it_checked(path: Path, checks: list[bool]) -> None:
    log = used(path, "a")
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("UPDATE messages SET text = 'other'")
        db.commit()
    assert name(path) == log
    assert checks == [True]


def test_a_damaged_page_is_found_although_the_hub_had_stopped_in_order(path: Path) -> None:
    used(path, *(f"{number} {'x' * 100}" for number in range(2000)))
    with path.open("r+b") as file:
        file.seek(20 * 4096)
        file.write(bytes(4096))
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="damaged"):
        opened(path)
    assert path.read_bytes() == before


def test_an_older_copy_put_in_its_place_is_another_log(path: Path, tmp_path: Path) -> None:
    log = used(path, "a")
    copy = tmp_path / "copy"
    shutil.copyfile(path, copy)
    assert used(path, "b") == log
    path.write_bytes(copy.read_bytes())  # the same file, with an older content
    other = name(path)
    assert other != log
    assert name(path) == other, "and from then on it is known"


def test_a_copy_that_was_moved_into_its_place_is_another_log(path: Path, tmp_path: Path) -> None:
    log = used(path, "a")
    shutil.copyfile(path, tmp_path / "copy")
    (tmp_path / "copy").rename(path)
    assert name(path) != log


def test_a_log_without_its_trace_is_another_log(path: Path) -> None:
    log = used(path, "a")
    generation_path(path).unlink()
    assert name(path) != log
    generation_path(path).write_bytes(b"{garbage")
    assert name(path) != log


def test_an_emptied_log_is_another_log(path: Path) -> None:
    log = used(path, "a")
    path.unlink()
    assert name(path) != log


class Stopped(Exception):
    pass


@pytest.mark.parametrize("proven", [True, False])
@pytest.mark.parametrize("at", range(4))
def test_cut_off_while_it_opens_it_is_still_told_apart(
    path: Path, monkeypatch: pytest.MonkeyPatch, at: int, proven: bool
) -> None:
    log = used(path, "a")
    if not proven:
        generation_path(path).unlink()
    steps = 0
    write = database.write_generation

    def counted(*arguments: Any) -> None:
        nonlocal steps
        if steps == at:
            raise OSError("cut off before it was written")
        write(*arguments)
        steps += 1
        if steps + 1 == at:
            raise OSError("cut off after it was written")

    monkeypatch.setattr(database, "write_generation", counted)
    with contextlib.suppress(StoreUnusable):
        opened(path).close()
    monkeypatch.undo()
    assert (name(path) == log) is proven


# --- older files -----------------------------------------------------------------


def test_the_first_versions_file_is_brought_forward(path: Path) -> None:
    shutil.copyfile(FIRST_VERSION, path)
    store = opened(path)
    assert store.log == FIRST_LOG, "it is the log that clients have seen"
    assert [(row.name, row.head, row.topic) for row in store.rooms()] == [
        ("lobby", 301, "the first topic"),
        ("ops", 20, ""),
    ]
    assert texts(store)[:2] == ["message 1 of the first version", "message 2 of the first version"]
    assert texts(store, "ops")[-1] == "waves 20"
    # Ids are known from before.
    assert append(store, entry("message 300 of the first version", "id-300")) == [300]
    assert append(store, entry("new", "new")) == [302]
    assert store.steps.unindexed() == 122
    store.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION > 1
    assert name(path) == FIRST_LOG


def test_a_migration_that_is_cut_off_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.sqlite import schema

    shutil.copyfile(FIRST_VERSION, path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        before = db.execute("SELECT * FROM messages").fetchall()
    steps = (*schema.STEPS[:-1], schema.STEPS[-1] + "; CREATE TABLE broken (a, a);")
    monkeypatch.setattr(schema, "STEPS", steps)
    with pytest.raises(StoreUnusable):
        opened(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
        assert db.execute("SELECT * FROM messages").fetchall() == before
    monkeypatch.undo()
    assert name(path) == FIRST_LOG


def test_a_first_start_that_was_cut_off_is_begun_again(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size > 0
    store = opened(path)
    assert append(store, entry("a")) == [1]
    store.close()


def test_long_work_of_a_start_is_shown_and_can_be_ended(path: Path) -> None:
    """The check and the steps to a newer version; ended, they leave the file as it was."""
    shown: dict[str, list[int]] = {}
    stop = False

    @contextlib.contextmanager
    def progress(what: str, total: int | None = None, unit: str = "") -> Iterator[Step]:
        shown[what] = []
        yield shown[what].append

    watch = Watch(progress, lambda: stop)
    shutil.copyfile(FIRST_VERSION, path)
    Store(path, WallClock(), watch=watch).close()
    assert list(shown) == ["checking the log", "bringing the log up to date"]
    assert shown["bringing the log up to date"] == list(range(1, VERSION))
    used(path, *(f"{number} {'x' * 1000}" for number in range(5000)))
    before = path.read_bytes()
    generation_path(path).unlink()
    stop = True
    with pytest.raises(Interrupted, match="while the log was checked"):
        Store(path, WallClock(), watch=watch)
    assert path.read_bytes() == before


def test_a_long_statement_is_watched_and_ended() -> None:
    looks: list[int] = []
    watch = Watch(stop=lambda: len(looks) >= 3)
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    )
    with (
        contextlib.closing(sqlite3.connect(":memory:")) as db,
        pytest.raises(sqlite3.OperationalError),
        interruptible(db, watch, looks.append),
    ):
        db.execute(endless).fetchall()
    assert looks[:3] == [1, 2, 3]
    db.close()


# --- the write-ahead log ---------------------------------------------------------


def damaged_wal(path: Path, damage: Callable[[bytearray], None]) -> bytes:
    """Damage the WAL that a killed hub left; return it."""
    store = opened(path)
    store._db.execute("PRAGMA wal_autocheckpoint = 0")
    for number in range(20):
        append(store, entry(f"message {number} {'x' * 500}"))
    wal = path.with_name(path.name + "-wal")
    data = bytearray(wal.read_bytes())
    image = path.read_bytes()
    store.close()
    path.write_bytes(image)
    damage(data)
    wal.write_bytes(data)
    return bytes(data)


FRAME = FRAME_HEADER_BYTES + 4096


def flip(at: int) -> Callable[[bytearray], None]:
    def damage(data: bytearray) -> None:
        data[at] ^= 0xFF

    return damage


@pytest.mark.parametrize(
    "damage",
    [flip(0), flip(4), flip(HEADER_BYTES + 5 * FRAME + 100), flip(HEADER_BYTES + 3 * FRAME)],
)
def test_a_wal_damaged_in_its_middle_is_refused_and_left_untouched(
    path: Path, damage: Callable[[bytearray], None]
) -> None:
    wal = damaged_wal(path, damage)
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"hubbub\.sqlite3.*-wal") as caught:
        opened(path)
    assert "Restore" in str(caught.value)
    assert path.read_bytes() == before
    assert path.with_name(path.name + "-wal").read_bytes() == wal


def torn(data: bytearray) -> None:
    """Tear the last transaction, as a power cut does: parts of it are there, parts are not."""
    frames = (len(data) - HEADER_BYTES) // FRAME
    ends = [
        number
        for number in range(frames)
        if struct.unpack_from(">I", data, HEADER_BYTES + number * FRAME + 4)[0]
    ]
    data[HEADER_BYTES + (ends[-2] + 1) * FRAME + 1000] ^= 0xFF


def test_a_wal_whose_last_transaction_is_torn_is_what_a_power_cut_leaves(path: Path) -> None:
    damaged_wal(path, torn)
    store = opened(path)
    assert len(texts(store)) == 19
    store.close()


def test_the_trace_is_written_as_a_whole(path: Path) -> None:
    used(path, "a")
    generation = read_generation(path)
    assert generation is not None
    assert (generation.opened, generation.before) == (1, None)
    assert generation.left is not None
    assert [file.name for file in path.parent.iterdir() if file.name.endswith(".new")] == []
