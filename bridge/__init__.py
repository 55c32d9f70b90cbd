"""The relay between doors and the hub: each user of a door is one TCP client of the hub.

It does not know rooms, nicks or the log, reads nothing of what the hub says, and
keeps nothing of it. A door knows how its user's line goes in and out.

Tests: tests/bridge.
"""
