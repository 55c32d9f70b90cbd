"""What a person does in a room: typed lines in, requests out.

It knows no terminal: a Screen shows, and may be anything that takes bytes. It
knows no connection either; the conversation keeps what there is to send.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from msgspec import UNSET

from core.burst import Block, Item, Line
from core.commands import (
    Help,
    Local,
    Quit,
    Show,
    ToJson,
    UsageError,
    help_text,
    parse_command,
    unescape,
)
from core.conversation import Conversation, Happening
from core.errors import Refused
from core.messages import AnyRequest, AskHistory, Error, Join, Joined, Say, SayDirect
from core.nicks import clean_room
from core.shown import name
from terminal.view import View, complaint, remark

HISTORY_SHOWN: Final = 50
"""Messages shown when a room is entered."""

SLOW_S: Final = 0.4
"""What is not settled by then is counted in the status."""


class Screen(Protocol):
    """Where things are shown."""

    def show(self, text: bytes) -> None:
        """Show whole lines, in UTF-8."""
        ...

    def refresh(self) -> None:
        """Take note that the status may have changed."""
        ...


class Talk:
    """One person in one room at a time, between a conversation and a screen."""

    def __init__(
        self, conversation: Conversation, screen: Screen, room: str, *, echo: bool,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`echo`: one's own messages are shown, too, when they come back.

        Raise Refused (`bad_room`) for a room that cannot be.
        """
        self.conversation = conversation
        self.view = View(conversation, echo=echo)
        self.room = self.view.room = conversation.join(room, last=HISTORY_SHOWN)
        self.quitting = False
        """The person wants to leave, once everything is said."""
        self.nudge: Callable[[], None] = lambda: None
        """Called when there may be something to send."""
        self.changed: Callable[[], None] = lambda: None
        """Called when something has come."""
        self._screen = screen
        self._echo = echo
        self._now_ms = now_ms
        self._clock = clock
        self._typed_s = 0.0
        self._entered = ""  # the room that was entered last

    @property
    def status(self) -> str:
        """Who one is, whether there is a connection, and what has not gone out."""
        if self.view.connected:
            parts = [name(self.conversation.nick)]
        else:
            parts = ["not connected, trying again" if self.view.welcomed else "connecting"]
        count = self.conversation.unsettled_count
        if count and (not self.view.connected or self._clock() - self._typed_s >= SLOW_S):
            parts.append(f"{count} not sent yet")
        return " · ".join(parts)

    @property
    def is_up_to_date(self) -> bool:
        """Tell whether what was in the room at joining has been shown."""
        known = self.conversation.places
        return self.room not in known or self.conversation.has_caught_up(self.room)

    # --- typed -----------------------------------------------------------------------

    def typed(self, item: Item) -> None:
        """Say or do what a person typed."""
        self._typed_s = self._clock()
        text = item.text
        try:
            if isinstance(item, Block):
                self.conversation.say(self.room, text)
            elif text.startswith("/") and not text.startswith("//"):
                self._command(parse_command(text, self.room, self._now_ms()))
            elif isinstance(item, Line):
                self.conversation.say(self.room, unescape(text))
        except (Refused, UsageError) as problem:
            self.complain(problem.text)
        self.nudge()
        self._screen.refresh()

    def _command(self, command: AnyRequest | Local) -> None:
        match command:
            case Help():
                self._screen.show(help_text(command.command).encode())
            case Quit():
                self.quitting = True
            case ToJson():
                self.complain("/json is for programs that speak to the hub themselves")
            case Show():
                ask = AskHistory(room=self.room, after=max(0, command.seq - 1), limit=1)
                self.view.shows[self.conversation.ask(ask)] = command.seq
            case Say():
                self.conversation.say(command.room, command.text, command.kind)
            case SayDirect():
                self.conversation.say_direct(command.to, command.text, command.kind)
            case Join():
                self._go_to(command.room)
            case _:
                self.conversation.ask(command)

    def _go_to(self, room: str) -> None:
        if clean_room(room) == self.room:
            raise Refused("bad_room", f"you are in {self.room} already")
        # What is typed from here on belongs there; the old room is left once
        # the new one has been entered.
        self.room = self.view.room = self.conversation.join(room, last=HISTORY_SHOWN)

    def goodbye(self) -> None:
        """Leave every room, so that nobody waits for this user to come back."""
        for room in list(self.conversation.places):
            self.conversation.leave(room)

    # --- what came -------------------------------------------------------------------

    def happened(self, happenings: Sequence[tuple[Happening, bytes]]) -> None:
        """Show what came, all of it at once."""
        shown = []
        for happening, _ in happenings:
            shown.append(self.view.shown(happening))
            if isinstance(happening, Joined) and happening.seq is not UNSET:
                self._leave_others(happening.room)
            elif isinstance(happening, Error):
                self._stay()
        text = b"".join(shown)
        if text:
            self._screen.show(text)
        self._screen.refresh()
        self.changed()

    def lost(self, reason: str, wait_s: float) -> None:
        """Say once that there is no connection."""
        shown = self.view.lost(reason)
        if shown:
            self._screen.show(shown)
        self._screen.refresh()

    def refused_hello(self, error: Error) -> bool:
        """Come in as a guest rather than not at all, if a person is watching."""
        if self.conversation.wanted_nick is None or not (self._echo or self.view.welcomed):
            return False
        self.conversation.wanted_nick = None
        self.complain(f"{error.text}. You are a guest for now; /nick NAME changes that")
        return True

    def complain(self, text: str) -> None:
        """Show what is wrong."""
        self._screen.show(complaint(text))

    def remark(self, text: str) -> None:
        """Show what a person should know."""
        self._screen.show(remark(text))

    def _leave_others(self, room: str) -> None:
        """Move: of the rooms one is in, only the one last asked for is kept."""
        if room == self.room:
            self._entered = room
        for other in list(self.conversation.places):
            if other != self.room and (room == self.room or other == room):
                self.view.left_behind(other)
                self.conversation.leave(other)
        self.nudge()

    def _stay(self) -> None:
        """Stay where one was, if the room one wanted to go to is refused."""
        if self.room not in self.conversation.places and self._entered in self.conversation.places:
            self.room = self.view.room = self._entered
