"""Reading a log that a hub may be running on: transcripts and backups.

Knows the tables; knows no running hub.
Tests: tests/core/test_backup.py, test_readonly.py and test_transcript.py.
"""
