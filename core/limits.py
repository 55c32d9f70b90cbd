"""Every bound of the hub in one place, each with its unit and its reason.

Nothing here is configuration: a user who needs another value changes the
program. What an operator may set is a flag of the command.
"""

# --- what one message may be -------------------------------------------------

TEXT_LIMIT_BYTES = 32 * 1024
"""UTF-8 bytes in one message, and in one block gathered from a burst."""

NICK_LIMIT_CHARACTERS = 24
ROOM_LIMIT_CHARACTERS = 48
TOPIC_LIMIT_BYTES = 512
SEARCH_LIMIT_BYTES = 256
ID_LIMIT_CHARACTERS = 64

JSON_LINE_LIMIT_BYTES = 6 * TEXT_LIMIT_BYTES + 4096
"""One line of JSON: every byte of the text may be written as `\\u00xx`."""

TEXT_LINE_LIMIT_BYTES = TEXT_LIMIT_BYTES + 64
"""One line in text mode: the text and a command's name before it."""

# --- how long things may take ------------------------------------------------

FIRST_BYTES_WAIT_S = 0.3
"""A client that stays silent so long is greeted in text mode."""

PROXY_HEADER_WAIT_S = 5.0
BURST_GAP_S = 0.2
"""Lines closer than this to one another are one burst."""

RESUME_GRACE_S = 15.0
"""How long a dropped session keeps its nick and its place among the members."""

STALL_LIMIT_S = 60.0
"""A reader that accepts no byte for so long is disconnected."""

PEER_SILENT_S = 30
PEER_PROBE_S = 15
PEER_PROBES = 3
"""After so long a silence, and so many probes unanswered, a peer is gone."""


def peer_gone_s() -> int:
    """Return how long a peer may acknowledge nothing, be it probes or bytes.

    Longer than STALL_LIMIT_S, since a peer with a closed window acknowledges
    nothing new either; with the time until somebody looks shorter than the
    90 s after which nobody is to believe in a peer that vanished.
    """
    return PEER_SILENT_S + PEER_PROBES * PEER_PROBE_S


SWEEP_EVERY_S = 5.0
"""How often the hub looks for peers that are stalled or gone."""

JOIN_ANNOUNCE_DELAY_S = 1.0
"""A person in text mode who leaves sooner is never announced: a pipe that
says one line comes and goes without two lines of noise around it."""

COUNTS_EVERY_S = 1.0
REFUSAL_LINGER_S = 0.5
"""How long a refused caller's input is drained, so that it sees the answer:
closing with unread input resets the connection."""

STOP_LIMIT_S = 4.0
"""Shutdown: what is not written by then is cut off (the promise is 5 s)."""

# --- how much things may hold ------------------------------------------------

WRITE_CHUNK_BYTES = 64 * 1024
"""One write to one reader. A paused transport holds at most one chunk."""

PERSONAL_LIMIT_BYTES = 64 * 1024
"""Replies waiting for one paused connection. Beyond it, presence is not
sent and the connection's requests are not read until it drains."""

SAYS_IN_FLIGHT = 4096
SAYS_IN_FLIGHT_BYTES = 128 * 1024
"""What one connection may have waiting for its commit before the hub stops
reading from it. This is what slows a flooder down, and only the flooder."""

GROUP_LIMIT_MESSAGES = 5000
GROUP_LIMIT_BYTES = 4 * 1024 * 1024
"""One group commit. Larger ones would only delay the first line in them."""

TAIL_LIMIT_BYTES = 1024 * 1024
"""Text that one room's tail holds in memory, the newest batch excepted."""

PAGE_MESSAGES = 256
"""Messages read from the store at once; pages are aligned, so that readers
who lag behind at about the same place share them."""

HISTORY_LIMIT = 200
SEARCH_RESULTS_LIMIT = 50
TEXT_HISTORY_LINES = 20
JOIN_LAST_LIMIT = 1000
RESET_LAST = 50
"""Where reading goes on after a `reset` because of another log."""

BLOCK_LINES = 200
BLOCK_SHOWN_LINES = 20
MEMBERS_NAMED = 200
"""Rooms with more members get counts instead of names coming and going."""

ROOMS_PER_SESSION = 50
ROOMS_LIMIT = 10_000

SPARE_DESCRIPTORS = 24
"""Beyond what is open at the start: kept free for reopening the database and
its WAL, for names that are looked up, and for callers who are told that there
is no room (TOLD_AT_ONCE at each door)."""

TOLD_AT_ONCE = 3
"""Callers too many who are being told so; further ones wait in the backlog."""

ACCEPT_BURST = 32
"""Callers let in before those who are inside have their turn."""

ACCEPT_PAUSE_S = 0.5
"""How long accepting rests when the system has no room for a connection."""
