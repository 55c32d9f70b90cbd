"""A client in text mode: lines as `nc` sends and shows them. No seq, no ack."""

import asyncio
import random
import re

from clients import FIRST_PAUSE_S, LONGEST_PAUSE_S, Life, Manner, now_s
from history import ACK, History, Line, Reader, TextStretch, Try
from wires import DIAL_FAILED, Dial, Wire

ROOM = "lobby"

_MESSAGE = re.compile(r"\d\d:\d\d <[^>]*> (.*)")
_CONTINUED = "      | "


class TextClient:
    """One in `lobby` who reads, and says numbered lines if its manner is to say."""

    def __init__(
        self, name: str, dial: Dial, history: History, manner: Manner, rng: random.Random
    ) -> None:
        self.name = name
        self.dial = dial
        self.manner = manner
        self.life = Life()
        self.reader = Reader(name)
        self.saying = manner.says is not None
        self.welcomed = False
        self.refusals: list[str] = []
        self._history = history
        self._rng = rng
        self._numbers = 0
        self._said: list[Line] = []
        """What was said on this connection: kept, if the connection ends in order."""
        self._in_message = False
        self._wire: Wire | None = None
        self._ended = asyncio.Event()
        self._finished = False
        history.readers.append(self.reader)

    async def run(self) -> None:
        """Live until `leave`."""
        async with asyncio.TaskGroup() as tasks:
            talk = tasks.create_task(self._talk())
            while not self._finished:
                self._ended.clear()
                self._said, self._in_message = [], False
                # Before it is dialled: on a busy loop the greeting is here first.
                self.reader.text_stretches.append(TextStretch(ROOM))
                try:
                    self._wire = await self.dial(self)
                except DIAL_FAILED:
                    self.reader.text_stretches.pop()
                    await asyncio.sleep(LONGEST_PAUSE_S * self._rng.random())
                    continue
                self.life.connections += 1
                await self._ended.wait()
                self.welcomed, self._wire = False, None
                self.life.gone_s = now_s()
                await asyncio.sleep(FIRST_PAUSE_S)
            talk.cancel()

    async def leave_in_order(self, log: str) -> None:
        """End the input and read to the end: then all that was said must be in `log`."""
        self._finished, said, refused = True, list(self._said), len(self.refusals)
        if self._wire is None:
            return
        self._wire.end()
        async with asyncio.timeout(10.0):
            await self._ended.wait()
        if len(self.refusals) == refused == 0:
            for line in said:
                line.tries[-1].answer, line.tries[-1].answer_s = ACK, now_s()
                line.tries[-1].log = log

    def leave(self) -> None:
        """Break the connection and come back no more."""
        self._finished = True
        self.cut()

    def cut(self) -> None:
        """Break the connection without a farewell."""
        if self._wire is not None:
            self._wire.abort()

    async def _talk(self) -> None:
        while True:
            # Sometimes quick enough for two lines to become one message.
            await asyncio.sleep(self._rng.uniform(0.05, 1.95) / self.manner.rate)
            if not (self.saying and self.welcomed and self._wire is not None):
                continue
            self._numbers += 1
            line = Line(self.name, self._numbers, ROOM, None, f"{self.name}-{self._numbers:06}")
            self._history.say(line)
            line.tries.append(Try(now_s()))
            self._said.append(line)
            self._wire.send(line.text.encode() + b"\n")

    def gone(self) -> None:
        self._ended.set()

    def lines(self, lines: list[bytes]) -> None:
        now = now_s()
        stretch = self.reader.text_stretches[-1]
        for raw in lines:
            line = raw.decode()
            if (found := _MESSAGE.fullmatch(line)) is not None:
                stretch.texts.append(found[1])
                stretch.times.append(now)
                self._in_message = True
            elif line.startswith(_CONTINUED) and self._in_message:
                stretch.texts[-1] += "\n" + line.removeprefix(_CONTINUED)
            elif line.startswith("-- welcome"):
                self.welcomed = True
                self.life.welcomed_s = now
            elif line.startswith("-! not sent"):
                self.refusals.append(line)
