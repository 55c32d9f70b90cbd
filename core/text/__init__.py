"""Text: cleaning it, naming people and rooms, showing it, and commands. Pure.

Knows no connection, no room and no database.
"""
