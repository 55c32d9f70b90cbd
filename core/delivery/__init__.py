"""Delivery: cursors, the broadcast group, and one write for each turn of the loop.

Knows the log; knows no session, no rule and no database.
Tests: tests/core/test_feed.py, test_work.py and test_hub_log.py.
"""
