"""`hubbub serve`, `hub` and `gateway`: the processes that they start and keep.

Knows how servers are started and stopped; does not know what they say.
"""
