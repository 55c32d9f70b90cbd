"""Measure Hubbub's speed beside other servers, in the same run.

Knows the servers only from outside: their commands, their ports, /proc. It
imports nothing of Hubbub's own packages, so that a fault in those cannot hide
itself from a measurement; only what fills a large log does (`bigstore`).
"""
