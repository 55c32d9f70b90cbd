"""The hub: rooms, sessions, presence, and the rule for each request.

Knows what is said and by whom; knows no bytes, no socket and no database.
"""
