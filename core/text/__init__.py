"""Text: cleaning it, naming people and rooms, rendering it, and commands. Pure.

Knows no connection, no room and no database.
Tests: tests/core/test_sanitize.py, test_forgery.py, test_names.py, test_confusables.py,
test_burst.py, test_commands.py, test_render.py, test_dated.py and
test_invitation.py.
"""
