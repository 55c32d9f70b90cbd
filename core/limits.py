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

JSON_LINE_LIMIT_BYTES = 3 * TEXT_LIMIT_BYTES + 4096
"""One line of JSON. `\\uXXXX` takes three times what the character takes in
UTF-8, an escaped quote or newline twice; nothing that can be seen takes more."""

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
    nothing new either. Together with SWEEP_EVERY_S shorter than the 90 s within
    which a vanished peer is promised to be gone.
    """
    return PEER_SILENT_S + PEER_PROBES * PEER_PROBE_S


SWEEP_EVERY_S = 5.0
"""How often the hub looks for peers that are stalled or gone."""

JOIN_ANNOUNCE_DELAY_S = 1.0
"""A person in text mode who leaves sooner is never announced: a pipe that
says one line comes and goes without two lines of noise around it."""

RETRY_WAIT_S = 2.0
"""After a line that could not be stored, a session's next lines are refused
as well until that one comes again, or for so long: its sender, who has said
them without knowing, gets the chance to keep their order."""

COUNTS_EVERY_S = 1.0
REFUSAL_LINGER_S = 0.5
"""How long the input of a refused caller, and of everybody when the hub stops, is
drained, so that it sees the answer: closing with unread input resets the
connection."""

STOP_LIMIT_S = 4.0
"""Shutdown: what is not written by then is cut off (the promise is 5 s)."""

# --- how much things may hold ------------------------------------------------

RECEIVE_BYTES = 8 * 1024
"""Read from a socket at once, into a buffer that all connections share."""

PIECE_BYTES = 512
"""Cut into lines at once. What is not cut yet costs its bytes; each line that
is cut and waits costs an object."""

PIECE_LINES = PIECE_BYTES // 3
LARGE_PIECE_BYTES = 4 * 1024
"""Cut at once where it has no more than so many lines."""

QUANTUM = 64
"""What one connection may do in one turn of the loop: so many lines said, so
many pieces cut, or one more expensive request. The rest waits for a later
turn, behind everybody else's."""

SMALL_COST = QUANTUM // 16
"""What an answer of one short line costs: a refusal, a pong."""

NAME_COST = QUANTUM // 2
"""What it takes to bring the name of a room into its one form, or to refuse it.
Rooms that are there are found by the name that they have without it."""

PLAIN_BYTES_A_UNIT = 512
TEXT_BYTES_A_UNIT = 128
"""Bytes of a line that take one unit of a quantum: of printable ASCII, and of
anything else, which is looked at character by character."""

QUANTA_AT_ONCE = 64
QUANTA_A_SECOND = 1000
"""Of one connection; it rests in between. A loop that is busy all the time keeps
the interpreter from the thread that commits, at each of its steps."""

QUANTA_A_TURN = 4
"""Connections with lines left over that go on in one turn."""

COALESCE_TURNS = 12
"""Under load, a commit and pending writes wait so long for further lines: some
milliseconds. Where no connection has lines left over, nothing waits."""

COALESCE_BYTES = 2 * 1024 * 1024
"""They wait no longer once so much is in flight, of all connections together."""

LOAD_LIMIT_BYTES = 128 * 1024
"""What one connection may have under way before the next of its lines is
carried out: what it says until that is kept, what it asks until it has read the
answer, and the line that it has not finished. This is what slows a flooder
down, and only the flooder. One request alone may take more."""

SAY_COSTS_BYTES = 512
"""A message on its way, besides its text: the objects that carry it."""

TEXT_COSTS = 5
"""Bytes of memory for a byte of text, at most: Python spends four bytes on each
character if one lies beyond U+FFFF, and SQLite is given UTF-8 as well."""

ASCII_COSTS = 2
"""The same for plain ASCII, which Python holds as it is."""

MESSAGE_LINE_BYTES = 2 * TEXT_LIMIT_BYTES + 1024
"""The longest line of the hub: a message that is all quotes, with its names."""

HUB_LINE_LIMIT_BYTES = 128 * 1024
"""Nothing that the hub says is longer: neither MESSAGE_LINE_BYTES nor
ANSWER_LIMIT_BYTES. A peer that sends a longer one is no hub; a gateway does not buffer it."""

ANSWER_LIMIT_BYTES = 48 * 1024
"""Messages or rooms in one answer, as JSON. At least one is in it, however long."""

WRITE_CHUNK_BYTES = 64 * 1024
"""Lines of the log in one write to one reader; at least one, however long. A
paused transport holds what one write did not get rid of."""

PRESENCE_LIMIT_BYTES = 8 * 1024
"""Beyond so much that waits for a paused connection, it misses news of people."""

CONNECTION_COSTS_BYTES = 24 * 1024
"""A connection that does nothing: its transport, session, cursors in 50 rooms."""

CLIENT_LIMIT_BYTES = 256 * 1024
"""Whatever one client does, the hub's memory for it stays below this.

It is the greater of two sums, both of which begin with CONNECTION_COSTS_BYTES,
RECEIVE_BYTES that wait, the lines of one piece (64 bytes for each of its
bytes/3), and PRESENCE_LIMIT_BYTES, and then take:

    LOAD_LIMIT_BYTES + one write of the log: WRITE_CHUNK_BYTES or a
        MESSAGE_LINE_BYTES, that paused the transport though nothing was asked
    TEXT_COSTS * TEXT_LIMIT_BYTES + SAY_COSTS_BYTES: one message that is under
        way alone; its connection is written nothing of the log meanwhile
"""

RATE_AT_ONCE = 64
RATE_A_SECOND = 16
"""Joins, leaves, new names and topics of one connection. Each costs a line to
everybody in the room, so a client that goes in and out without end waits."""

GROUP_LIMIT_MESSAGES = 2000
GROUP_LIMIT_BYTES = 1024 * 1024
"""One group commit, and its texts in memory. Larger ones would only delay the first
line in them, and be there while their senders have more under way."""

TAIL_LIMIT_BYTES = 1024 * 1024
"""Text that one room's tail holds in memory, the newest batch excepted."""

TAILS_LIMIT_BYTES = 16 * 1024 * 1024
"""The same for all rooms together. One client may be alone in fifty rooms, and
fill each of them; the room that was quiet for longest is then read from disk."""

WAL_LIMIT_BYTES = 32 * 1024 * 1024
"""From this size on the write-ahead log is checkpointed by force."""

INDEX_STEP_BYTES = 16 * 1024
"""Text made searchable at once. A commit that comes meanwhile waits for it, some
2 ms. With an eighth of it, it would be half a millisecond, but every page of
the index would be written, and synced, twice as often."""

PAGE_MESSAGES = 256
"""Messages read from the store at once; pages are aligned, so that readers
who lag behind at about the same place share them."""

PAGE_BYTES = 48 * 1024
"""Text in a page, which has at least one message: about one write."""

SCAN_MESSAGES = 200
SCAN_BYTES = 256 * 1024
"""What a search looks at before others' questions have their turn."""

SCAN_PAUSE_S = 0.002
"""And how long it rests then."""

SWITCH_EVERY_S = 0.0005
"""How long one thread may keep the interpreter while another waits for it. The
loop waits for it behind each call into the system, Python's own 5 ms each time
while a search or a commit is under way."""

HISTORY_LIMIT = 200
SEARCH_RESULTS_LIMIT = 50
TEXT_HISTORY_LINES = 20
JOIN_LAST_LIMIT = 1000
RESET_LAST = 50
"""Where reading goes on after a `reset` because of another log."""

BLOCK_LINES = 200
BLOCK_SHOWN_LINES = 20
"""Of a message, in text mode: so many rows of a usual terminal."""

ROW_CELLS = 80
RESULT_ROWS = 4
"""Of a message that a search has found."""

WHOLE_SHOWN_LINES = 1500
"""Of a message that is asked for. Each line has a mark before it, so that
sixteen thousand short ones would be five times as long as the message."""

MEMBERS_NAMED = 200
"""Rooms with more members get counts instead of names coming and going."""

ROOMS_PER_SESSION = 50
ROOMS_LIMIT = 10_000

SPARE_DESCRIPTORS = 24
"""Beyond what is open at the start: kept free for reopening the database and
its WAL, for names that are looked up, and for callers who are told that there
is no room (TOLD_AT_ONCE at each listening port)."""

TOLD_AT_ONCE = 3
"""Callers who are being told that there is no room; further ones wait in the backlog."""

ACCEPT_BURST = 32
"""Callers accepted in a row before existing connections have their turn."""

ACCEPT_PAUSE_S = 0.5
"""How long accepting rests when the system has no room for a connection."""

GATE_WAIT_S = 60.0
"""How long a person may take to look a passphrase up and type it."""

GATE_CROWD = 200
GATE_CROWD_WAIT_S = 10.0
"""The same while more than GATE_CROWD stand before the gate: most of them want nothing."""

GATE_TRIES = 5
"""Wrong passphrases on one connection in text mode, before it is closed."""

TLS_WAIT_S = 10.0
"""A TLS handshake that was begun must be done by then."""
