"""The gateway for browsers: it serves the page, its headers, health and metrics.

It does not know rooms, nicks or the log, and hands a WebSocket to `bridge`
without looking at what is said there. It knows HTTP.

Tests: tests/web.
"""
