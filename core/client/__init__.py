"""A client's side: where a hub is, a connection to it, and many in a row.

What the terminal and programs share. Knows no screen; it is the one part of
`core` that a door's WebSocket may be reached through.
"""
