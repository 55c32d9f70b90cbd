"""The TCP server: connections, their two protocols, and the order of their work.

Knows everything below it and puts it together; knows no SQL.
Tests: tests/core/test_server.py, test_hub_json.py, test_hub_text.py, test_bounds.py
and test_leftovers.py.
"""
