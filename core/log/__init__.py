"""A room's log as everything above the storage sees it, and the contract with the storage.

Knows no database, no thread and no connection.
Tests: tests/core/test_tail.py and test_hub_log.py.
"""
