"""The log on disk: one SQLite database, its writer thread and its reader thread.

Knows the contracts in `core.log`; knows no room, no session and no connection.
Tests: tests/core/test_store.py, test_writer.py, test_retention.py, test_maintenance.py,
test_clockwatch.py and test_generation.py.
"""
