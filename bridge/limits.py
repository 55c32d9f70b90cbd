"""Every limit of the doors in one place, each with its unit and its reason.

Does not know who keeps to them.
"""

from typing import Final

FRAME_BYTES: Final = 64 * 1024
"""Whole lines for a user are handed on in pieces of about this size, and the
hub is not read while so many wait. A longer line goes alone."""

LINK_WRITE_BYTES: Final = 64 * 1024
"""What may wait for a hub that does not read before its user is not read."""

DIAL_WAIT_S: Final = 5.0
HELLO_WAIT_S: Final = 10.0
"""A user who has not said hello by then costs a connection for nothing."""

CLOSE_WAIT_S: Final = 1.0
"""How long a user may take to answer a close frame. Two of these one after the
other, the user's and the hub's, still fit into the time a shutdown has."""

LINGER_S: Final = 1.0
"""How long the hub may take to read what a user said last."""

HUB_SILENT_S: Final = 10
HUB_PROBE_S: Final = 3
HUB_PROBES: Final = 3
HUB_UNANSWERED_MS: Final = 18_000
"""A hub cut off without a word is noticed within 20 s: by the kernel's probes
where nothing is said, by unacknowledged bytes where something is."""

LOOK_EVERY_S: Final = 2.0
PING_AFTER_S: Final = 20.0
PONG_WAIT_S: Final = 10.0
FRAME_WAIT_S: Final = 12.0
"""A frame that has begun must be whole by then: 32 KiB over a poor mobile
connection are, a byte a second is not."""

READ_BYTES: Final = 2 * 1024
"""Read from a browser in one turn of the loop: what is in it is parsed at once,
and may be hundreds of empty frames, or fragments of one byte."""

SHARE_UNITS: Final = 64
"""What one connection may take of a turn of the loop, about a millisecond. The rest
waits for a later turn, behind everybody else's."""

FRAME_UNITS: Final = 4
"""A frame, a ping or a pong, whatever is in it: reading it and handing it on."""

READ_UNITS: Final = 16
"""Reading once, and parsing what has come."""

REQUEST_UNITS: Final = SHARE_UNITS
"""An HTTP request and its answer."""

SHARES_A_TURN: Final = 4
"""Connections that go on in one turn of the loop after they had used their share."""

UNITS_AT_ONCE: Final = 64 * SHARE_UNITS
UNITS_A_SECOND: Final = 500 * SHARE_UNITS
"""Of one connection: about half a second of the loop in a second, of which the hub
takes as much again. It rests in between; a page that loads, or a paste, never does."""
