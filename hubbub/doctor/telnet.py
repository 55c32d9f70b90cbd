"""Checks of telnet's negotiation: at the port that all share, and at telnet's own.

Does not know how its results are shown.
"""

import re
from typing import Final

from core.text.format import excerpt
from hubbub.doctor import strings
from hubbub.doctor.context import ROOM, CheckContext, CheckFailed, NoSuchDoor
from hubbub.doctor.gate import come_in
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
    (_DO, _BINARY): strings.LETTERS_ARE_KEYS,
    (_WONT, _TIMING_MARK): strings.NOTHING_AFTER_CTRL_C,
    (_DONT, _WINDOW_SIZE): strings.OFFER_UNANSWERED,
}
"""What must be answered to it, each exactly once, and what happens without."""


async def telnet(context: CheckContext) -> str:
    """Negotiate as telnet does, and speak then."""
    context.must_be_let_in()
    first = "" if context.passphrase is None or not context.asks else f"{context.passphrase}\r\n"
    connection = await connect_tcp(context.hub_address(), context.target.port, context.wait_s)
    try:
        await connection.send(_NEGOTIATION + f"{first}/join {ROOM}\r\n/who\r\n".encode())
        try:
            end = await connection.until(
                lambda came: _found_end(_without_commands(came)), "answer to /who"
            )
        except Silent as problem:
            raise said_instead(connection, problem) from problem
        _check_answers(bytes(connection.came))
        if not end:
            raise CheckFailed(strings.STAIRS, strings.TELNET)
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
            raise CheckFailed(strings.unasked(_words(answer)), strings.TELNET)
        if given.count(answer) > 1:
            raise CheckFailed(strings.answers_again(_words(answer)), strings.TELNET)
    for answer, without in _ANSWERS.items():
        if answer not in given:
            raise CheckFailed(strings.not_answered(_words(answer), without), strings.TELNET)
    if b"\xff" in _without_commands(came):
        raise CheckFailed(strings.COMMANDS_CHANGED, strings.TELNET)


def _words(answer: tuple[int, int]) -> str:
    verb, option = answer
    return f"{_VERBS[verb]} {_OPTIONS.get(option, option)}"


# --- telnet's own port -------------------------------------------------------------

_LETTERS: Final = "я本”"
"""Whoever takes eight bits for seven, or parts of letters for control keys, spoils them."""

_SAID_BACK: Final = re.compile(rb"^-! no such command: /([^ \r\n]*)", re.MULTILINE)


async def own_port(context: CheckContext) -> str:
    """Come to telnet's own port as telnet does: be asked for bytes as they are, and speak.

    `/help` says back what is no command, so that letters are seen to arrive.
    """
    port = context.telnet_port
    if port is None:
        raise NoSuchDoor(strings.NO_TELNET_PORT)
    try:
        connection = await connect_tcp(context.hub_address(), port, context.wait_s)
    except CheckFailed as problem:
        raise CheckFailed(f"port {port}: {problem}", strings.NOT_LED_THERE) from problem
    try:
        await _speak_there(connection, context)
    except Silent as problem:
        instead = said_instead(connection, problem)
        raise CheckFailed(f"port {port}: {instead}", instead.hint) from problem
    finally:
        await connection.close()
    return f"port {port}"


async def _speak_there(connection: TcpConnection, context: CheckContext) -> None:
    await come_in(
        connection, context, lambda came: found(GREETING, _without_commands(came)),
        _without_commands,
    )  # fmt: skip
    _check_asked(bytes(connection.came))
    here = bytes((255, _WILL, _BINARY)) + f"/join {ROOM}\r\n/who\r\n".encode()
    await connection.send(here)
    if not await connection.until(_found_end, "answer to /who"):
        raise CheckFailed(strings.STAIRS, strings.OWN_PORT)
    await connection.send(f"/help {_LETTERS}\r\n".encode())
    letters = await connection.until(lambda came: found(_SAID_BACK, came), "answer to letters")
    if letters != _LETTERS.encode():
        raise CheckFailed(
            strings.letters_changed(_LETTERS, excerpt(letters.decode(errors="replace"))),
            strings.OWN_PORT,
        )
    _check_asked(bytes(connection.came))
    await connection.send(b"/quit\r\n")


def _check_asked(came: bytes) -> None:
    """Raise CheckFailed unless it asked for bytes as they are, first, once, and for no more."""
    if not came.startswith(bytes((255, _DO, _BINARY))):
        without = _ANSWERS[_DO, _BINARY]
        raise CheckFailed(
            strings.begins_otherwise(_words((_DO, _BINARY)), without), strings.OWN_PORT
        )
    for command in [(one[1][0], one[2][0]) for one in _COMMAND.finditer(came)][1:]:
        raise CheckFailed(strings.says_more(_words(command)), strings.OWN_PORT)
