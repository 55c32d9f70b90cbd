"""What the gateway serves to a browser: the page, its headers, its health.

It knows HTTP. It does not know rooms, nicks or the log, and hands a WebSocket
to `bridge` without looking at what is said there.
"""
