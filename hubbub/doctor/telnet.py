"""Checks of telnet's negotiation: at the port that all share, and at telnet's own.

Does not know how its results are shown.
"""

import re
from typing import Final

from core.text.format import excerpt
from hubbub.doctor.context import ROOM, CheckContext, CheckFailed, NoSuchDoor
from hubbub.doctor.tcp import Silent, TcpConnection, connect_tcp
from hubbub.doctor.text import GREETING, WHO, found, said_instead

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


# --- telnet's own port -------------------------------------------------------------

_LETTERS: Final = "я本”"
"""Whoever takes eight bits for seven, or parts of letters for control keys, spoils them."""

_SAID_BACK: Final = re.compile(rb"^-! no such command: /([^ \r\n]*)", re.MULTILINE)

_OWN_PORT_HINT: Final = (
    "something between here and the hub's port for telnet changes what is said: "
    "let it pass all bytes as they are"
)
_NOT_LED_THERE: Final = (
    "the hub's /invite names this port for telnet: let it through, and lead it to the hub's "
    "--telnet-port"
)


async def own_port(context: CheckContext) -> str:
    """Come to telnet's own port as telnet does: be asked for bytes as they are, and speak.

    `/help` says back what is no command, so that letters are seen to arrive.
    """
    port = context.telnet_port
    if port is None:
        raise NoSuchDoor("the hub names no port for telnet alone")
    try:
        connection = await connect_tcp(context.hub_address(), port, context.wait_s)
    except CheckFailed as problem:
        raise CheckFailed(f"port {port}: {problem}", _NOT_LED_THERE) from problem
    try:
        await _speak_there(connection)
    except Silent as problem:
        instead = said_instead(connection, problem)
        raise CheckFailed(f"port {port}: {instead}", instead.hint) from problem
    finally:
        await connection.close()
    return f"port {port}"


async def _speak_there(connection: TcpConnection) -> None:
    await connection.until(lambda came: found(GREETING, _without_commands(came)), "greeting")
    _check_asked(bytes(connection.came))
    here = bytes((255, _WILL, _BINARY)) + f"/join {ROOM}\r\n/who\r\n".encode()
    await connection.send(here)
    if not await connection.until(_found_end, "answer to /who"):
        raise CheckFailed("lines end with LF alone, and telnet shows stairs", _OWN_PORT_HINT)
    await connection.send(f"/help {_LETTERS}\r\n".encode())
    letters = await connection.until(lambda came: found(_SAID_BACK, came), "answer to letters")
    if letters != _LETTERS.encode():
        raise CheckFailed(
            f"letters do not arrive as they are: {_LETTERS} comes back as "
            f"{excerpt(letters.decode(errors='replace'))}",
            _OWN_PORT_HINT,
        )
    _check_asked(bytes(connection.came))
    await connection.send(b"/quit\r\n")


def _check_asked(came: bytes) -> None:
    """Raise CheckFailed unless it asked for bytes as they are, first, once, and for no more."""
    if not came.startswith(bytes((255, _DO, _BINARY))):
        without = _ANSWERS[_DO, _BINARY]
        raise CheckFailed(
            f"it does not begin with {_words((_DO, _BINARY))}: {without}", _OWN_PORT_HINT
        )
    for command in [(one[1][0], one[2][0]) for one in _COMMAND.finditer(came)][1:]:
        raise CheckFailed(f"it says {_words(command)} after it has begun", _OWN_PORT_HINT)
