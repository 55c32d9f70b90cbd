"""A log read beside its hub: what is refused, what is cleaned, what is not held up."""

from collections.abc import Callable
from pathlib import Path

import pytest
from logs import NOW_MS, make_foreign, make_log, open_log, plant, say

from core.archive.readonly import LogFile, RoomSpan
from core.archive.transcript import read_room
from core.errors import StoreUnusable
from core.sqlite.database import FILE_NAME, connect

FIRST_VERSION = Path(__file__).parent / "files" / "version-1.sqlite3"


def span(log: LogFile, room: str = "lobby") -> RoomSpan:
    found = log.room(room)
    assert found is not None
    return found


def test_a_file_of_the_first_version_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(FIRST_VERSION.read_bytes())
    log = LogFile(tmp_path)
    assert log.rooms() == ["lobby", "ops"]
    lobby = span(log)
    assert lobby.topic == "the first topic"
    assert [message.seq for message in log.page(lobby, 0, lobby.last, 1000)] == list(
        range(1, lobby.last + 1)
    )
    log.close()
    assert file.read_bytes() == FIRST_VERSION.read_bytes()


def newer(file: Path) -> None:
    make_log(file.parent, "a")
    db = connect(str(file))
    db.execute("PRAGMA user_version = 99")
    db.close()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda file: None, "no log in"),
        (lambda file: file.touch(), "no log in"),
        (lambda file: file.mkdir(), "no log in"),
        (lambda file: file.write_bytes(b"not a database at all" * 100), "cannot be read"),
        (make_foreign, "another program"),
        (newer, "newer Hubbub"),
    ],
)
def test_what_is_no_log_is_refused(
    tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(tmp_path / FILE_NAME)
    with pytest.raises(StoreUnusable, match=said) as caught:
        LogFile(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_nothing_can_be_written_through_it(tmp_path: Path) -> None:
    log = LogFile(make_log(tmp_path, "a"))
    with pytest.raises(StoreUnusable, match="readonly"):
        log._all("DELETE FROM messages")
    log.close()


def test_a_hub_writes_and_folds_its_wal_in_the_middle_of_reading(tmp_path: Path) -> None:
    store = open_log(tmp_path)
    say(store, *[str(number) for number in range(1000)])
    log = LogFile(tmp_path)
    reading = read_room(log, span(log), 0)
    next(reading)
    say(store, "meanwhile")
    # A transaction of the reader would make this busy.
    assert store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    rest = [piece for page in reading for piece in page]
    assert len(rest) == 1000 - 256
    log.close()
    store.close()


def test_what_the_store_holds_passes_the_clean_up_again(tmp_path: Path) -> None:
    make_log(tmp_path, "a", "b", "c")
    plant(tmp_path, 1, text="\x1b[2Jx\r\ny\x85\x00\u202ez", nick="\x1b]0;t\x07\nbob", kind="\x9b1m")
    plant(tmp_path, 1, id="\x07\x7f")
    plant(tmp_path, 2, text=b"\xff\xfe blob", nick="  ", at="soon")
    plant(tmp_path, 3, text="\x1b" * 3, at=NOW_MS + 1.5)
    log = LogFile(tmp_path)
    first, second, third = log.page(span(log), 0, 3, 10)
    assert first.text == "␛[2Jx\ny␛E␀\u202ez\u202c"
    assert (first.nick, first.kind, first.id) == ("␛]0;t␇ bob", "␛[1m", "␇␡")
    assert (second.text, second.nick, second.at) == ("\ufffd\ufffd blob", "", 0)
    assert (third.text, third.at) == ("␛␛␛", NOW_MS + 1)
    log.close()


def test_the_place_of_a_time_is_found(tmp_path: Path) -> None:
    for minute in range(10):
        store = open_log(tmp_path, NOW_MS + minute * 60_000)
        say(store, f"{minute}a", f"{minute}b")
        store.close()
    log = LogFile(tmp_path)
    lobby = span(log)
    assert log.before(lobby, 0) == 0
    assert log.before(lobby, NOW_MS) == 0
    assert log.before(lobby, NOW_MS + 1) == 2
    assert log.before(lobby, NOW_MS + 7 * 60_000 - 1) == 14
    assert log.before(lobby, NOW_MS + 3_600_000) == 20
    log.close()
