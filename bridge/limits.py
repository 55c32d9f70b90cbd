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
