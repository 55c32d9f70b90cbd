"""The hub: one TCP port, rooms that are logs, readers that are cursors.

It knows TCP, the wire and the log. It does not know HTTP, WebSockets, any
door, any screen, or how a program is configured.
"""

VERSION = "0.1.0"
