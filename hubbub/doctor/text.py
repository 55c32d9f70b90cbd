"""The TCP port's doors for people: the name, the port itself, text mode and telnet."""

import asyncio
import re
from typing import Final

from hubbub.doctor.context import (
    ROOM,
    SHOWN_CHARACTERS,
    Broken,
    NotTried,
    Visit,
    harmless,
    page_named_by_hub,
)
from hubbub.doctor.tcp import CLOSED, SILENT, Silent, Wire, look_up, open_wire

PROBE: Final = "GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n"
PROBE_BYTES: Final = 16 * 1024
"""So much of the answer tells who gives it."""

_GATEWAY: Final = re.compile(rb"^server: hubbub\r?$", re.MULTILINE | re.IGNORECASE)
_GREETING: Final = re.compile(rb"^-- welcome to \S+, (\S+) \([^\n]*\n", re.MULTILINE)
_WHO: Final = re.compile(rb"^-- ([0-9,]+) here(?:: [^\r\n]*)?(\r?)\n", re.MULTILINE)
_REFUSED: Final = re.compile(rb"^-! ([^\r\n]*)", re.MULTILINE)

_ELSEWHERE: Final = (
    "give the hub's port, 4045 unless it was told otherwise, and the page's address with --web"
)
_NO_CHAT: Final = "text mode does not speak there as a hub does: look at what stands before the hub"


async def name(visit: Visit) -> str:
    """Look the hub's name up."""
    visit.addresses = await look_up(visit.target.host, visit.wait_s)
    return ", ".join(visit.addresses)


async def port(visit: Visit) -> str:
    """Connect, and find out whether it is a hub that listens.

    A hub answers HTTP at once, and says nothing to anybody about it.
    """
    address, wire, cannot_reply = await _connect(visit)
    visit.reached = True
    try:
        answer = await _probe(wire, visit)
    finally:
        await wire.close()
    is_hub, visit.named = page_named_by_hub(answer)
    if is_hub:
        visit.hub = address
        return address + (f" (but not {', '.join(cannot_reply)})" if cannot_reply else "")
    if answer.startswith(b"HTTP/"):
        visit.gateway_at_port = _GATEWAY.search(answer) is not None
        whose = "the page's" if visit.gateway_at_port else "a web server's"
        raise Broken(f"this port is {whose}, not a hub's", _ELSEWHERE)
    if answer.startswith(b"-!"):
        words = answer.decode(errors="replace").removeprefix("-!").partition("\n")[0]
        raise Broken(f"the hub refuses: {harmless(words)}", "the hub says what to do")
    if not answer:
        raise Broken("whoever listens there hangs up at once", CLOSED)
    first = harmless(answer[: 2 * SHOWN_CHARACTERS].decode(errors="replace"), 40)
    raise Broken(f"something else than a hub listens there; it says {first!r}", _ELSEWHERE)


async def _connect(visit: Visit) -> tuple[str, Wire, list[str]]:
    """Return the first address that lets us in, and those before it that do not."""
    if not visit.addresses:
        raise NotTried("the host's name is not known")
    cannot_reply: list[str] = []
    for address in visit.addresses[:-1]:
        try:
            return address, await open_wire(address, visit.target.port, visit.wait_s), cannot_reply
        except Broken:
            cannot_reply.append(address)
    last = visit.addresses[-1]
    return last, await open_wire(last, visit.target.port, visit.wait_s), cannot_reply


async def _probe(wire: Wire, visit: Visit) -> bytes:
    """Return what is answered to HTTP; raise Silent if nothing is."""
    await wire.send(PROBE.format(visit.target).encode("ascii", "replace"))
    answer = b""
    try:
        async with asyncio.timeout(visit.wait_s):
            while len(answer) < PROBE_BYTES:
                answer += await wire.receive()
    except Broken:
        return answer  # its end, or a reset behind it
    except TimeoutError as problem:
        if not answer:
            words = f"calls are accepted, but nothing is said within {visit.wait_s:g} s"
            raise Silent(words, SILENT) from problem
    return answer


async def text(visit: Visit) -> str:
    """Come as a person with nc does: wait for the greeting, ask who is here, go.

    The guest leaves the lobby in the same moment, long before it would be announced.
    """
    wire = await open_wire(visit.hub_address(), visit.target.port, visit.wait_s)
    try:
        nick = await wire.until(lambda came: _found(_GREETING, came), "greeting")
        greeted = len(wire.came)
        await wire.send(f"/join {ROOM}\n/who\n".encode())
        await wire.until(lambda came: _found(_WHO, came[greeted:]), "answer to /who")
        await wire.send(b"/quit\n")
    except Silent as problem:
        raise _said_instead(wire, problem) from problem
    finally:
        await wire.close()
    return harmless(nick.decode(errors="replace"), 24)


def _found(pattern: re.Pattern[bytes], came: bytes) -> bytes | None:
    found = pattern.search(came)
    return None if found is None else found[1]


def _said_instead(wire: Wire, silent: Silent) -> Broken:
    """Return the same trouble with the words that came in place of what was waited for."""
    refused = _REFUSED.search(bytes(wire.came))
    if refused is not None:
        words = harmless(refused[1].decode(errors="replace"))
        return Broken(f"the hub refuses: {words}", "the hub says what to do")
    if wire.came:
        first = harmless(bytes(wire.came[-2 * SHOWN_CHARACTERS :]).decode(errors="replace"), 40)
        return Broken(f"{silent}; it says {first!r}", _NO_CHAT)
    return silent


# --- telnet ------------------------------------------------------------------------

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


async def telnet(visit: Visit) -> str:
    """Negotiate as telnet does, and speak then."""
    wire = await open_wire(visit.hub_address(), visit.target.port, visit.wait_s)
    try:
        await wire.send(_NEGOTIATION + f"/join {ROOM}\r\n/who\r\n".encode())
        try:
            end = await wire.until(
                lambda came: _found_end(_without_commands(came)), "answer to /who"
            )
        except Silent as problem:
            raise _said_instead(wire, problem) from problem
        _check_answers(bytes(wire.came))
        if not end:
            raise Broken("lines end with LF alone, and telnet shows stairs", _TELNET_HINT)
        await wire.send(b"/quit\r\n")
    finally:
        await wire.close()
    return "binary, timing mark"


def _found_end(text: bytes) -> bytes | None:
    """Return what ends the answer to /who, before its LF, if it is there."""
    found = _WHO.search(text)
    return None if found is None else found[2]


def _without_commands(came: bytes) -> bytes:
    return _COMMAND.sub(b"", came)


def _check_answers(came: bytes) -> None:
    """Raise Broken unless exactly what must be answered was."""
    given = [(found[1][0], found[2][0]) for found in _COMMAND.finditer(came)]
    for answer in given:
        if answer not in _ANSWERS:
            raise Broken(f"it answers {_words(answer)}, which nobody asked for", _TELNET_HINT)
        if given.count(answer) > 1:
            raise Broken(f"it answers {_words(answer)} again and again", _TELNET_HINT)
    for answer, without in _ANSWERS.items():
        if answer not in given:
            raise Broken(f"it does not answer {_words(answer)}: {without}", _TELNET_HINT)
    if b"\xff" in _without_commands(came):
        raise Broken("telnet's commands are cut or changed", _TELNET_HINT)


def _words(answer: tuple[int, int]) -> str:
    verb, option = answer
    return f"{_VERBS[verb]} {_OPTIONS.get(option, option)}"
