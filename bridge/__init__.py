"""The doors: each relays one user as one TCP client of the hub.

A door knows how its user's line goes in and out. It does not know rooms,
nicks or the log, reads nothing of what the hub says, and keeps nothing of it.
"""
