"""Checks of telnet's negotiation.

Does not know how its results are shown.
"""

import re
from typing import Final

from hubbub.doctor.context import ROOM, CheckContext, CheckFailed
from hubbub.doctor.tcp import Silent, connect_tcp
from hubbub.doctor.text import WHO, said_instead

_WILL, _WONT, _DO, _DONT = 251, 252, 253, 254
_VERBS: Final = {_WILL: "WILL", _WONT: "WONT", _DO: "DO", _DONT: "DONT"}
_BINARY, _TIMING_MARK, _WINDOW_SIZE = 0, 6, 31
_OPTIONS: Final = {_BINARY: "BINARY", _TIMING_MARK: "TIMING-MARK", _WINDOW_SIZE: "NAWS", 1: "ECHO"}
_COMMAND: Final = re.compile(rb"\xff([\xfb-\xfe])(.)", re.DOTALL)

_NEGOTIATION: Final = bytes((255, _DO, _TIMING_MARK, 255, _WILL, _WINDOW_SIZE, 255, _WILL, _BINARY))
"""What a telnet client may say: a mark after Ctrl-C (RFC 860), an offer to tell
its window's size (RFC 1073), and that it will send bytes as they are (RFC 856)."""

_ANSWERS: Final = {
    (_DO, _BINARY): "telnet takes parts of other scripts' letters for control keys",
    (_WONT, _TIMING_MARK): "telnet shows nothing more after Ctrl-C",
    (_DONT, _WINDOW_SIZE): "telnet waits for an answer to its offer",
}
"""What must be answered to it, each exactly once, and what happens without."""

_TELNET_HINT: Final = (
    "something between here and the hub answers or changes telnet's commands: "
    "let it pass all bytes as they are"
)


async def telnet(context: CheckContext) -> str:
    """Negotiate as telnet does, and speak then."""
    connection = await connect_tcp(context.hub_address(), context.target.port, context.wait_s)
    try:
        await connection.send(_NEGOTIATION + f"/join {ROOM}\r\n/who\r\n".encode())
        try:
            end = await connection.until(
                lambda came: _found_end(_without_commands(came)), "answer to /who"
            )
        except Silent as problem:
            raise said_instead(connection, problem) from problem
        _check_answers(bytes(connection.came))
        if not end:
            raise CheckFailed("lines end with LF alone, and telnet shows stairs", _TELNET_HINT)
        await connection.send(b"/quit\r\n")
    finally:
        await connection.close()
    return "binary, timing mark"


def _found_end(text: bytes) -> bytes | None:
    """Return what ends the answer to /who, before its LF, if it is there."""
    found = WHO.search(text)
    return None if found is None else found[2]


def _without_commands(came: bytes) -> bytes:
    return _COMMAND.sub(b"", came)


def _check_answers(came: bytes) -> None:
    """Raise CheckFailed unless exactly what must be answered was."""
    given = [(found[1][0], found[2][0]) for found in _COMMAND.finditer(came)]
    for answer in given:
        if answer not in _ANSWERS:
            raise CheckFailed(f"it answers {_words(answer)}, which nobody asked for", _TELNET_HINT)
        if given.count(answer) > 1:
            raise CheckFailed(f"it answers {_words(answer)} again and again", _TELNET_HINT)
    for answer, without in _ANSWERS.items():
        if answer not in given:
            raise CheckFailed(f"it does not answer {_words(answer)}: {without}", _TELNET_HINT)
    if b"\xff" in _without_commands(came):
        raise CheckFailed("telnet's commands are cut or changed", _TELNET_HINT)


def _words(answer: tuple[int, int]) -> str:
    verb, option = answer
    return f"{_VERBS[verb]} {_OPTIONS.get(option, option)}"
