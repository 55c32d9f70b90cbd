"""Who waits for the hub: for an ack, for an answer, or to be let into the room.

Knows futures, and which event is whose. Knows no connection; what is asked again
after a reconnect goes through the conversation.
"""

import asyncio
from typing import Any, TypeVar

from core.client.conversation import Conversation
from core.client.outbox import Acked, Rejected
from core.errors import Refused
from core.wire.messages import AnyRequest, Error, Event

T = TypeVar("T")


class Pending:
    """The futures of a room's callers. Once it has ended, nobody waits any more."""

    def __init__(self, conversation: Conversation) -> None:
        self.welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the hub has welcomed the program."""
        self._entering: dict[str, asyncio.Future[None]] = {}
        self._conversation = conversation
        self._acks: dict[str, asyncio.Future[int]] = {}
        self._answers: dict[int | str, tuple[AnyRequest, asyncio.Future[Event]]] = {}
        self._ended: BaseException | None = None

    @property
    def awaits_acks(self) -> bool:
        """Somebody waits for an ack."""
        return bool(self._acks)

    def check(self) -> None:
        """Raise the reason for which the connection has ended for good, if it has."""
        if self._ended is not None:
            raise self._ended

    def ack_of(self, id_: str) -> "asyncio.Future[int]":
        """Return what is done once a message is acked: its seq."""
        self._acks[id_] = asyncio.get_running_loop().create_future()
        return self._acks[id_]

    def ask(self, request: AnyRequest) -> "asyncio.Future[Event]":
        """Ask the hub; return what is done once the answer has come."""
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._answers[self._conversation.ask(request)] = (request, future)
        return future

    def welcome(self) -> None:
        """Ask everything again: an answer to what was asked on a lost connection never comes."""
        _resolve(self.welcomed, None)
        asked, self._answers = list(self._answers.values()), {}
        for request, future in asked:
            if not future.done():
                self._answers[self._conversation.ask(request)] = (request, future)

    def entering(self, room: str) -> "asyncio.Future[None]":
        """Return what is done once the hub has let the program into a room."""
        if room not in self._entering:
            self._entering[room] = asyncio.get_running_loop().create_future()
        return self._entering[room]

    def enter(self, room: str) -> None:
        """Note that the hub has let the program in."""
        _resolve(self.entering(room), None)

    def leave(self, room: str) -> None:
        """Note that the program has left, so that it may enter anew."""
        self._entering.pop(room, None)

    def acked(self, event: Acked) -> None:
        """Tell who waits for it that a message is kept."""
        _resolve(self._acks.pop(event.request.id or "", None), event.seq)

    def rejected(self, event: Rejected) -> None:
        """Tell who waits for it that a message is not kept."""
        _fail(self._acks.pop(event.request.id or "", None), event.error)

    def answered(self, event: object) -> bool:
        """Tell who asked what the answer is; return whether anybody did."""
        ref = getattr(event, "ref", None)
        if ref is None or not isinstance(event, Event) or ref not in self._answers:
            return False
        _, future = self._answers.pop(ref)
        _resolve(future, event)
        return True

    def failed(self, error: Error) -> None:
        """Tell who asked what is wrong; it may be that the room cannot be entered."""
        asked = self._answers.pop(error.ref, None) if error.ref is not None else None
        if asked is not None:
            _fail(asked[1], error)
            return
        for room in [one for one in self._entering if one not in self._conversation.positions]:
            _fail(self._entering.pop(room), error)

    def end(self, reason: BaseException) -> None:
        """Tell all who wait that nothing comes any more."""
        self._ended = reason
        asked = [future for _, future in self._answers.values()]
        waiters: list[asyncio.Future[Any]] = [
            self.welcomed,
            *self._entering.values(),
            *self._acks.values(),
            *asked,
        ]
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(reason)
                # Who gave up waiting need not be told of it.
                waiter.exception()


def _resolve(future: "asyncio.Future[T] | None", value: T) -> None:
    if future is not None and not future.done():
        future.set_result(value)


def _fail(future: "asyncio.Future[Any] | None", error: Error) -> None:
    if future is not None and not future.done():
        future.set_exception(Refused(error.code, error.text))
