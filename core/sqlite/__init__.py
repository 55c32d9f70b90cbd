"""The log on disk: one SQLite database, its writer thread and its reader thread.

Knows the contract in `core.log.tail`; knows no room, no session and no connection.
"""
