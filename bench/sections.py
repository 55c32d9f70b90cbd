"""What the page says about each point: its words, its figures, what is wanted. Data only.

Longer words that belong to no point are in `words/`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_WORDS: Final = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure that several servers have: a table of its own, and a plot if so wanted."""

    name: str
    words: str
    plot: bool = False


@dataclass(frozen=True, slots=True)
class Alone:
    """A figure of one peer, a row in the point's own table.

    `most` is what it must not exceed, in the figure's own unit.
    """

    peer: str
    name: str
    words: str
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One point on the page."""

    point: str
    title: str
    text: str
    compared: tuple[Compared, ...] = ()
    alone: tuple[Alone, ...] = ()


KIB: Final = 1024

HEAD: Final = (_WORDS / "how.md").read_text(encoding="utf-8")
NOT_COMPARABLE: Final = (_WORDS / "compared.md").read_text(encoding="utf-8")

FAN_OUT: Final = (
    "subscribers and 10 publishers in one room, lines of 128 bytes, as fast as the window lets. "
    "`hubbub` has subscribers in text mode, `hubbub-json` in JSON."
)

_ON_THE_PAGE: Final[tuple[tuple[str, str, dict[int, float]], ...]] = (
    ("key_p50", "a key, p50", {}),
    ("key_p95", "a key, p95", {0: 0.05, 30: 0.05, 100: 0.05}),
    ("task_max", "the longest task", {0: 0.05, 30: 0.05, 100: 0.1}),
    ("tasks_over_50ms", "tasks over 50 ms", {}),
)

SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        "a", "100 subscribers", f"100 {FAN_OUT}",
        (
            Compared("deliveries", "lines delivered", plot=True),
            Compared("server_cpu_per_delivery", "computing time of the server for a delivery"),
            Compared("server_pss", "memory of the server"),
        ),
    ),
    Section(
        "b", "1,000 subscribers", f"1,000 {FAN_OUT}",
        (
            Compared("deliveries", "lines delivered", plot=True),
            Compared("server_cpu_per_delivery", "computing time of the server for a delivery"),
            Compared("server_pss", "memory of the server"),
        ),
    ),
    Section(
        "c", "5,000 subscribers, lines that come singly",
        "5,000 subscribers, 20 lines a second, so nothing can be put together: each delivery is a "
        "system call of its own. The time is from when a line was due to be said until a "
        "subscriber has read it, over all subscribers; Hubbub's has the disk in it.",
        (
            Compared("p50", "time until half of the subscribers have a line", plot=True),
            Compared("p99", "time until 99 of 100 have it", plot=True),
            Compared("server_cpu", "computing of the server"),
        ),
    ),
    Section(
        "d", "10,000 idle connections",
        "What a connection costs that says nothing: the memory of all processes of the server "
        "(what they share counted once), after less before. What the kernel holds for sockets "
        "comes on top, for any server. Connecting is from the first to the last who is in: a text "
        "client when it is greeted, which the hub does after 0.3 s of silence, others when they "
        "were told who is in the room. Browsers come through `hubbub serve`, or a gateway and a "
        "hub of its own, whose memory is added up. Where the system lets a process have fewer "
        "descriptors than 10,000 of them take, there are as many as that gives.",
        alone=(
            Alone("hubbub", "server_pss_per_client", "text client, memory", 12 * KIB),
            Alone("hubbub-json", "server_pss_per_client", "JSON client, memory", 12 * KIB),
            Alone("hubbub-serve", "server_pss_per_client", "browser at `serve`, memory", 40 * KIB),
            Alone("hubbub-gateway", "server_pss_per_client", "browser, gateway and hub", 40 * KIB),
            Alone("hubbub", "connections", "text clients"),
            Alone("hubbub", "connect_all", "until all text clients are in", 10),
            Alone("hubbub-json", "connections", "JSON clients"),
            Alone("hubbub-json", "connect_all", "until all JSON clients are in", 10),
            Alone("hubbub-serve", "connections", "browsers at `serve`"),
            Alone("hubbub-serve", "connect_all", "until all browsers at `serve` are in", 10),
            Alone("hubbub-gateway", "connections", "browsers at a gateway"),
            Alone("hubbub-gateway", "connect_all", "until all browsers at a gateway are in", 10),
        ),
    ),
    Section(
        "e", "Browsers",
        "The same as with 100 and 1,000 subscribers above, who come over WebSocket: through "
        "`hubbub serve`, or through a gateway in a process beside the hub (`hubbub-gateway`).",
        (
            Compared("deliveries_100", "lines delivered to 100", plot=True),
            Compared("deliveries_1000", "lines delivered to 1,000", plot=True),
            Compared("server_cpu_per_delivery_100", "computing for a delivery, 100"),
            Compared("server_cpu_per_delivery_1000", "computing for a delivery, 1,000"),
        ),
    ),
    Section(
        "f", "Lines acknowledged",
        "JSON clients that say lines and wait for the `ack`, which says that a line is on disk: 1, "
        "10 and 100 of them with ten lines under way each, and one who waits for each answer. The "
        "disk's own time to take 4 KiB, in the same place and minute, stands beside it.",
        alone=(
            Alone("hubbub", "acknowledged_1", "lines acknowledged, one sayer"),
            Alone("hubbub", "acknowledged_10", "lines acknowledged, 10 sayers"),
            Alone("hubbub", "acknowledged_100", "lines acknowledged, 100 sayers"),
            Alone("hubbub", "acknowledged_alone", "lines acknowledged, one at a time"),
            Alone("hubbub", "p50_alone", "time to an `ack`, one at a time, p50"),
            Alone("hubbub", "p99_alone", "time to an `ack`, one at a time, p99"),
            Alone("hubbub", "p50_100", "time to an `ack`, 100 sayers, p50"),
            Alone("hubbub", "p99_100", "time to an `ack`, 100 sayers, p99"),
            Alone("disk", "fdatasync_p50", "the disk alone, p50"),
            Alone("disk", "fdatasync_p99", "the disk alone, p99"),
        ),
    ),
    Section(
        "g", "The start",
        "From the start of the process: `hubbub serve` until both its ready lines are there, "
        "`hubbub --help` until it has ended.",
        alone=(
            Alone("hubbub", "ready_new", "`hubbub serve`, a new folder", 0.6),
            Alone("hubbub", "ready_existing", "`hubbub serve`, a small log", 0.6),
            Alone("hubbub", "help", "`hubbub --help`", 0.25),
        ),
    ),
    Section(
        "h", "Joining a busy room",
        "A client connects, says hello and joins the room with its last 50 lines, while the load "
        "with 1,000 subscribers goes on in it; until the last of the 50 lines is there.",
        alone=(
            Alone("hubbub", "join_p50", "p50"),
            Alone("hubbub", "join_p99", "p99"),
            Alone("hubbub", "deliveries", "lines delivered meanwhile"),
        ),
    ),
    Section(
        "i", "Ten million messages",
        "A log of 10 million messages of about 100 bytes, made-up words as frequent as words are, "
        "in 20 rooms; the room that is asked about has half of them. One JSON client asks, one "
        "question after the other; pages have 50 messages, and a search gives the 20 newest. Words "
        "of one or two letters are not in the index: for those the newest 50,000 messages are "
        "looked through, with pauses for others. Nothing was read before into the hub's own "
        "caches, but the system may hold the file.",
        alone=(
            Alone("hubbub", "messages", "messages in the log"),
            Alone("hubbub", "log_size_per_message", "file, for each message, index included"),
            Alone("hubbub", "ready", "`hubbub hub` until its ready line", 1.0),
            *(
                Alone("hubbub", f"{name}_{part}", f"{words}, {part}", most)
                for name, words, most in (
                    ("join", "connect and join with the last 50", 0.02),
                    ("page_middle", "a page from the middle", 0.02),
                    ("page_oldest", "a page from the far end", 0.02),
                    ("search_common", "search, a word in every 20th message", 0.1),
                    ("search_rare", "search, a word in every 100,003rd", 0.1),
                    ("search_none", "search, no such word", 0.1),
                    ("search_none_alike", "search, no such word, but every part of it", 0.1),
                    ("search_short", "search, no such word, of two letters", None),
                    ("search_two", "search, two common words", 0.1),
                    ("search_two_rare", "search, a common and a rare word", 0.1),
                )
                for part in ("p50", "p99", "max")
            ),
        ),
    ),
    Section(
        "j", "The terminal client",
        "`hubbub join` at its prompt (`hubbub`) and with `--plain` (`hubbub-plain`), in a terminal "
        "of 80 columns and 24 rows, while somebody else says so many lines a second: what it "
        "computes for each. And of 200 screens, as tmux shows them while 50 lines a second come, "
        "those without the prompt.",
        alone=(
            *(
                Alone(peer, f"client_cpu_per_line_{rate}", f"a line, {rate:,} a second{how}", most)
                for peer, how in (("hubbub", ""), ("hubbub-plain", ", `--plain`"))
                for rate, most in ((50, 0.001), (500, None), (5_000, None))
            ),
            Alone("hubbub", "screens_without_prompt_50", "screens without the prompt", 0),
        ),
    ),
    Section(
        "k", "The page under load",
        "Chromium shows a room whose window is full while somebody else says 0, 30 and 100 lines a "
        "second and a person types 20 keys a second; then it scrolls back through 10,000 lines. A "
        "key's time is from the key until the page has painted the frame that shows it; a task is "
        "one piece of work of the page's main thread, by the browser's own tracing. A page with "
        "nothing but a text box is typed into in the same minute.",
        alone=(
            Alone("bare", "key_p50_0", "an empty page: a key, p50"),
            Alone("bare", "key_p95_0", "an empty page: a key, p95"),
            Alone("bare", "task_max_0", "an empty page: the longest task"),
            Alone("bare", "tasks_over_50ms_0", "an empty page: tasks over 50 ms"),
            *(
                Alone("hubbub", f"{name}_{rate}", f"{words}, {rate} lines/s", most.get(rate))
                for rate in (0, 30, 100)
                for name, words, most in _ON_THE_PAGE
            ),
            Alone("hubbub", "frames_back", "frames on the way back through 10,000 lines"),
            Alone("hubbub", "frames_over_50ms", "of these, over 50 ms"),
            Alone("hubbub", "frame_max", "the longest frame"),
        ),
    ),
)  # fmt: skip
