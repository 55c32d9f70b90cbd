"""The hub: rooms, sessions, presence, and the rule for each request.

Knows what is said and by whom; knows no bytes, no socket and no database.
Tests: tests/core/test_hub_json.py, test_hub_text.py, test_hub_log.py, test_model.py,
test_bounds.py and test_second_journal.py.
"""
