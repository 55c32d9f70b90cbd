"""The terminal client, and the small commands for pipes: join, send, tail.

It knows terminals, standard input and output, and how a hub is reached over
TCP or WebSocket. It does not know how a hub works inside, nor how flags are
read, and it shares nothing with the other doors but the wire.
"""
