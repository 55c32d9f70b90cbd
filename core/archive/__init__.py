"""Reading a log that a hub may be running on: transcripts and backups.

Knows the tables; knows no running hub.
"""
