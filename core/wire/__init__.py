"""The wire: framing, first bytes, JSON messages, telnet and PROXY headers. Pure.

Knows no socket, no rule of a room and no clock.
"""
