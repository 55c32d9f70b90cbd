"""Small clients that say numbered lines, read rooms, and record everything.

Written against docs/protocol.md alone, like the wires below them. A client
comes back by itself, says again what was not settled, and gives up a
connection that has been silent for too long.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec
from history import ACK, OPEN, Content, History, Line, Reader, ResetSeen, Stretch, Try
from wires import DIAL_FAILED, Dial, Wire

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.4
"""Pauses before coming back grow from one to the other, and are jittered."""

SAY_AGAIN_S = 0.15
"""After a refusal: how long until the oldest refused line is said again."""


BETWEEN_BURST_S = 0.001
"""About as long as a commit, so that lines of one sender are in several."""


class Event(msgspec.Struct):
    """Any line of the hub: the fields that are looked at here."""

    type: str
    room: str = ""
    seq: int = 0
    id: str | None = None
    at: int = 0
    nick: str = ""
    kind: str | None = None
    text: str = ""
    log: str = ""
    resume: str = ""
    code: str = ""
    reason: str = ""
    missed: int = 0
    next: int = 0
    retry_ms: int | None = None
    messages: list[Any] = []
    more: bool = False
    ref: int | str | None = None


decode = msgspec.json.Decoder(Event).decode
encode = msgspec.json.encode

now_s = time.monotonic


@dataclass(slots=True)
class Manner:
    """How a client behaves. Rates are lines a second; `window` lines may be on the way.

    `burst` lines follow one another so closely that several commits are under way.
    """

    says: str | None = None
    reads: tuple[str, ...] = ()
    rate: float = 20.0
    window: int = 4
    burst: int = 1
    patience_s: float = 12.0
    text_bytes: int = 0


@dataclass(slots=True)
class Bye:
    """A farewell, and when it came."""

    reason: str
    retry_ms: int | None
    at_s: float


@dataclass(slots=True)
class Life:
    """What a client has lived through, for whoever waits for it or judges it."""

    connections: int = 0
    welcomed_s: float = 0.0
    acknowledged_s: float = 0.0
    gone_s: float = 0.0
    byes: list[Bye] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)


class JsonClient:
    """One who speaks JSON lines, over TCP or through a gateway."""

    def __init__(
        self, name: str, dial: Dial, history: History, manner: Manner, rng: random.Random
    ) -> None:
        self.name = name
        self.dial = dial
        self.manner = manner
        self.life = Life()
        self.reader = Reader(name)
        self.places: dict[str, int] = dict.fromkeys(manner.reads, 0)
        self.log = ""
        self.unsettled: dict[str, Line] = {}
        """Lines said and not settled, by id, in the order of their first saying."""
        self.saying = manner.says is not None
        self.welcomed = False
        self.joined: Counter[str] = Counter()
        self.left: Counter[str] = Counter()
        """Nicks that others came and went with, and how often."""
        self._history = history
        self._rng = rng
        self._resume = ""
        self._numbers = 0
        self._nick: str | None = name
        self._stretches: dict[str, Stretch] = {}
        self._refused = False
        self._wire: Wire | None = None
        self._ended = asyncio.Event()
        self._heard_s = 0.0
        self._away_s = 0.0
        self._finished = False
        if manner.reads:
            history.readers.append(self.reader)

    async def run(self) -> None:
        """Live until `leave`."""
        async with asyncio.TaskGroup() as tasks:
            talk = tasks.create_task(self._talk())
            pause_s = FIRST_PAUSE_S
            while not self._finished:
                self._ended.clear()
                try:
                    self._wire = await self.dial(self)
                except DIAL_FAILED:
                    await asyncio.sleep(pause_s * self._rng.uniform(0.5, 1.0))
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                    continue
                self.life.connections += 1
                self._say_hello()
                await self._watch(self._wire)
                # Who was let in knocks soon; who was sent away waits longer each time.
                pause_s = FIRST_PAUSE_S if self.welcomed else min(2 * pause_s, LONGEST_PAUSE_S)
                self.welcomed, self._wire = False, None
                self.life.gone_s = now_s()
                await asyncio.sleep(pause_s * self._rng.uniform(0.5, 1.0) + self._away_s)
                self._away_s = 0.0
            talk.cancel()

    def leave(self) -> None:
        """Close the connection and come back no more."""
        self._finished = True
        if self._wire is not None:
            self._wire.end()
            # A hub that has stopped answering does not keep anybody here.
            asyncio.get_running_loop().call_later(2.0, self._wire.abort)

    def cut(self) -> None:
        """Break the connection without a farewell."""
        if self._wire is not None:
            self._wire.abort()

    def away(self, seconds: float) -> None:
        """Break the connection, and come back only after a while."""
        self._away_s = seconds
        self.cut()

    def ask(self, request: dict[str, Any]) -> None:
        """Send any request; the answer is not looked at."""
        if self._wire is not None:
            self._wire.send(encode(request) + b"\n")

    async def _watch(self, wire: Wire) -> None:
        """Wait for the connection's end; cut it off when it is silent for too long."""
        self._heard_s = now_s()
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.manner.patience_s / 4):
                    await self._ended.wait()
                return
            silent_s = now_s() - self._heard_s
            if silent_s > self.manner.patience_s:
                wire.abort()
            elif silent_s > self.manner.patience_s / 4:
                wire.send(b'{"type":"ping"}\n')

    # --- saying ------------------------------------------------------------------

    async def _talk(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time() + self._rng.random() / max(self.manner.rate, 0.001)
        while True:
            await asyncio.sleep(max(due_s - loop.time(), 0.0))
            # A client that was away does not make up for the lines it did not say.
            due_s = max(due_s + self.manner.burst / self.manner.rate, loop.time() - 1.0)
            for _ in range(self.manner.burst):
                if not self._may_say():
                    break
                self.say()
                await asyncio.sleep(BETWEEN_BURST_S)

    def _may_say(self) -> bool:
        ready = self.saying and self.welcomed and not self._refused
        return ready and len(self.unsettled) < self.manner.window

    def say(self) -> Line:
        """Say the next line; the connection must be welcomed."""
        self._numbers += 1
        text = f"{self.name}-{self._numbers:06}"
        if self.manner.text_bytes:
            text = text.ljust(self.manner.text_bytes, ".")
        id_ = f"{self.name}.{self._numbers}"
        line = Line(self.name, self._numbers, self.manner.says or "", id_, text)
        self._history.say(line)
        self.unsettled[id_] = line
        self._send([line])
        return line

    def _send(self, lines: list[Line]) -> None:
        assert self._wire is not None
        said_s = now_s()
        data = b""
        for line in lines:
            line.tries.append(Try(said_s, self._resume, self.log))
            say = {"type": "say", "room": line.room, "text": line.text, "id": line.id}
            data += encode(say) + b"\n"
        self._wire.send(data)

    def _say_again(self) -> None:
        """Say what was refused once more, the oldest first.

        Not before all that is on its way has its answer: what is refused later
        than the oldest has come again would be overtaken by what is said then.
        """
        if self._wire is None or not self.welcomed:
            self._refused = False
            return  # the next welcome says everything again
        if any(line.tries[-1].answer is None for line in self.unsettled.values()):
            asyncio.get_running_loop().call_later(SAY_AGAIN_S, self._say_again)
            return
        self._refused = False
        refused = [line for line in self.unsettled.values() if line.tries[-1].answer is not None]
        self._send(refused)

    # --- what comes --------------------------------------------------------------

    def _say_hello(self) -> None:
        hello: dict[str, Any] = {"type": "hello"}
        if self._nick is not None:
            hello["nick"] = self._nick
        if self._resume:
            hello |= {"resume": self._resume, "log": self.log}
        hello["join"] = {room: {"after": place} for room, place in self.places.items()}
        self.ask(hello)

    def gone(self) -> None:
        self._ended.set()

    def lines(self, lines: list[bytes]) -> None:
        self._heard_s = now = now_s()
        for raw in lines:
            if not raw.startswith(b"{"):
                continue  # greeted in text, since `hello` came late
            event = decode(raw)
            if event.type == "message":
                self._message(event, now)
            elif (handler := self._HANDLERS.get(event.type)) is not None:
                handler(self, event, now)

    def _message(self, event: Event, now: float) -> None:
        stretch = self._stretches[event.room]
        content = Content(event.id, event.nick, event.kind, event.text, event.at)
        stretch.seqs.append(event.seq)
        stretch.contents.append(self._history.content(content))
        stretch.times.append(now)
        self.places[event.room] = event.seq

    def _welcome(self, event: Event, now: float) -> None:
        self.log, self._resume = event.log, event.resume
        for room, place in self.places.items():
            resumed = room in self._stretches
            stretch = self._stretches[room] = Stretch(room, event.log, place, resumed)
            self.reader.stretches.append(stretch)
        self.welcomed, self._refused = True, False
        self.life.welcomed_s = now
        self._send(list(self.unsettled.values()))

    def _reset(self, event: Event, now: float) -> None:
        stretch = self._stretches[event.room]
        seen = ResetSeen(len(stretch.seqs), event.reason, event.missed, event.next)
        stretch.resets.append(seen)
        self.places[event.room] = event.next - 1

    def _ack(self, event: Event, now: float) -> None:
        line = self.unsettled.pop(event.id or "", None)
        if line is not None:
            one = line.tries[-1]
            one.answer, one.answer_s, one.seq = ACK, now, event.seq
            self.life.acknowledged_s = now

    def _error(self, event: Event, now: float) -> None:
        self.life.codes[event.code] = self.life.codes.get(event.code, 0) + 1
        if not self.welcomed and event.code in ("nick_taken", "bad_nick"):
            self._nick = None
            self._say_hello()
            return
        line = self.unsettled.get(event.id or "")
        if line is None:
            return
        one = line.tries[-1]
        one.answer, one.answer_s = event.code, now
        if event.code not in OPEN and event.code != "not_stored":
            del self.unsettled[event.id or ""]
        elif not self._refused:
            self._refused = True
            asyncio.get_running_loop().call_later(SAY_AGAIN_S, self._say_again)

    def _bye(self, event: Event, now: float) -> None:
        self.life.byes.append(Bye(event.reason, event.retry_ms, now))

    def _joined(self, event: Event, now: float) -> None:
        self.joined[event.nick] += 1

    def _left(self, event: Event, now: float) -> None:
        self.left[event.nick] += 1

    _HANDLERS: ClassVar[dict[str, Callable[["JsonClient", Event, float], None]]] = {
        "welcome": _welcome,
        "reset": _reset,
        "ack": _ack,
        "error": _error,
        "bye": _bye,
        "joined": _joined,
        "left": _left,
    }
