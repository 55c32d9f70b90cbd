"""The telnet protocol, as little of it as keeps telnet clients working.

Knows RFC 854 and its commands. It negotiates nothing but binary input (RFC
856), acts on no command, and sends nothing to a client that does not speak
telnet: there, an answer would be garbage on the screen.
"""

from typing import Final

IAC: Final = b"\xff"
_DONT, _DO, _WONT, _WILL, _SB, _SE = 254, 253, 252, 251, 250, 240
_FIRST_COMMAND = 236  # EOF, SUSP, ABORT (RFC 1184); below it IAC means nothing
_BINARY, _TIMING_MARK = 0, 6

DO_BINARY: Final = bytes([255, _DO, _BINARY])
"""Asks for bytes as they are. Neither echo nor suppress-go-ahead is offered: without
them a client edits its lines itself, and sends each as a whole."""
_WONT_TIMING_MARK: Final = bytes([255, _WONT, _TIMING_MARK])

SUBNEGOTIATION_LIMIT_BYTES: Final = 512
"""No option is agreed to, so any subnegotiation is a client's mistake. One that does
not end within this limit is taken to have ended, and text is read again."""

_NOTHING: Final[frozenset[bytes]] = frozenset()
"""Most clients are never refused anything, and an empty set for each takes memory."""


class Telnet:
    """Split a client's bytes into its text and the answers it must get.

    `seen` tells whether the client has sent a telnet command. How the network
    splits the bytes does not matter. At most two of them are held back.
    """

    __slots__ = ("_held", "_refused", "_skip_left", "seen")

    def __init__(self, *, asked: bool = False) -> None:
        """`asked`: the client speaks telnet for certain, and DO_BINARY was sent to it."""
        self.seen = asked
        self._held = b""  # the beginning of a command, cut off by the network
        self._skip_left = 0  # more than 0 inside a subnegotiation
        self._refused = _NOTHING

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Return the text in `data`, and the bytes to send back for the rest.

        An IAC that begins no command stays in the text, and so does the byte
        that IAC IAC stands for: neither is UTF-8, so that the line is refused
        with a reason instead of being changed in silence.
        """
        if IAC not in data and not self._held and not self._skip_left:
            return data, b""
        data = self._held + data
        self._held = b""
        text = bytearray()
        answers = bytearray()
        at = 0
        while at < len(data):
            if self._skip_left:
                at, whole = self._skip(data, at)
            else:
                start = data.find(IAC, at)
                if start < 0:
                    text += data[at:]
                    break
                text += data[at:start]
                at, whole = self._command(data, start, text, answers)
            if not whole:
                self._held = data[at:]
                break
        return bytes(text), bytes(answers)

    def _command(
        self, data: bytes, start: int, text: bytearray, answers: bytearray
    ) -> tuple[int, bool]:
        """Handle the command at `start`; return where it ends and whether it does."""
        rest = len(data) - start
        if rest < 2 or (rest < 3 and _WILL <= data[start + 1] <= _DONT):
            return start, False
        command = data[start + 1]
        if command < _FIRST_COMMAND:
            text += IAC
            return start + 1, True
        if not self.seen:
            self.seen = True
            # GNU telnet takes bytes of UTF-8 for control keys until it is asked.
            answers += DO_BINARY
        if command == IAC[0]:
            text += IAC
        elif command == _SB:
            self._skip_left = SUBNEGOTIATION_LIMIT_BYTES
        elif command >= _WILL:
            answers += self._reply(command, data[start + 2])
            return start + 3, True
        return start + 2, True

    def _reply(self, command: int, option: int) -> bytes:
        """Return the refusal of what is asked, or nothing (RFC 1143: no loops)."""
        if command == _DO:
            if option == _TIMING_MARK:
                # Each time: after Ctrl-C GNU telnet discards all output until
                # it comes (RFC 860).
                return _WONT_TIMING_MARK
            return self._once(bytes([255, _WONT, option]))
        if command == _WILL and option != _BINARY:
            return self._once(bytes([255, _DONT, option]))
        return b""

    def _once(self, refusal: bytes) -> bytes:
        if refusal in self._refused:
            return b""
        self._refused |= {refusal}
        return refusal

    def _skip(self, data: bytes, at: int) -> tuple[int, bool]:
        """Pass over a subnegotiation from `at`, as `_command` over a command."""
        start = data.find(IAC, at, at + self._skip_left)
        if start < 0:
            end = min(len(data), at + self._skip_left)
            self._skip_left -= end - at
            return end, True
        self._skip_left -= start - at
        if start + 1 == len(data):
            return start, False
        following = data[start + 1]
        if following == IAC[0]:
            self._skip_left = max(0, self._skip_left - 2)
            return start + 2, True
        self._skip_left = 0
        # Any command but SE begins anew: the client has abandoned the subnegotiation.
        return (start + 2 if following == _SE else start), True
