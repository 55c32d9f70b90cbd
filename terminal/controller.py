"""The chat controller: typed lines in, requests out; events in, lines to show out.

It knows no terminal: a Screen shows, and may be anything that takes bytes. It
knows no connection either; the conversation keeps what there is to send.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from core.client.conversation import ClientEvent, Conversation
from core.errors import Refused
from core.text.burst import Block, Item, Line
from core.text.commands import Help, Quit, Show, ToJson, UsageError, help_text, unescape
from core.text.names import clean_room
from core.text.personal_commands import Ignore, Last, Switch, Unignore
from core.wire.messages import (
    AskHistory,
    Error,
    Invite,
    Join,
    Left,
    Nick,
    Ref,
    Renamed,
    Say,
    SayDirect,
)
from terminal import strings
from terminal.commands import (
    HERE,
    Clear,
    GoTo,
    LeaveRoom,
    Typed,
    parse_here,
)
from terminal.ignored import Ignored
from terminal.people import People
from terminal.rooms import OpenRooms
from terminal.router import DisplayOptions, EventRouter
from terminal.status import Status, status_line
from terminal.switches import Switches
from terminal.view import View, complaint, remark

HISTORY_SHOWN: Final = 50
"""Messages shown when a room is entered."""

SLOW_S: Final = 0.4
"""What is not acked by then is counted in the status."""

RING_AGAIN_S: Final = 1.0
"""The bell rings once in so long, however many call."""

AT_A_PROMPT: Final = DisplayOptions()


class Screen(Protocol):
    """Where things are shown."""

    def show(self, text: bytes) -> None:
        """Show whole lines, in UTF-8."""
        ...

    def refresh(self) -> None:
        """Take note that the status may have changed."""
        ...

    def ring(self) -> None:
        """Ring the bell, if there is one."""
        ...


NICK_AGAIN_S: Final = 15.0
"""How often a nick that was lost is asked for, if nothing says that it is free."""


class ChatController:
    """Connects a conversation and a screen: one person in one room or several."""

    def __init__(
        self, conversation: Conversation, screen: Screen, rooms: Sequence[str],
        display: DisplayOptions = AT_A_PROMPT, ignored: Ignored | None = None, *,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """Enter rooms, and look at the first; raise Refused (`bad_room`)."""
        self.conversation = conversation
        self.view = View(conversation, echo=display.echo)
        self.rooms = OpenRooms([conversation.join(room, last=HISTORY_SHOWN) for room in rooms])
        self.ignored = Ignored() if ignored is None else ignored
        self.quitting = False
        """The person wants to leave, once everything is said."""
        self.page: str | None = None
        """The page's address, if it is known: others may come in there."""
        self.nudge: Callable[[], None] = lambda: None
        """Called when there may be something to send."""
        self.changed: Callable[[], None] = lambda: None
        """Called when something has come."""
        self.clear: Callable[[], None] = lambda: None
        """Called to empty the screen."""
        self.switches = Switches()
        self._router = EventRouter(
            conversation, self.rooms, self.view, self.ignored, display, self.switches, now_ms
        )
        self._screen = screen
        self._display = display
        self._now_ms = now_ms
        self._clock = clock
        self._typed_s = 0.0
        self._rang_s = -RING_AGAIN_S
        self._lost_nick: str | None = None
        self._nick_asked: Ref | None = None
        self._nick_asked_s = 0.0

    @property
    def people(self) -> People:
        """Who and what has been seen."""
        return self._router.people

    @property
    def room(self) -> str:
        """The room that is looked at, in which things are said."""
        return self.rooms.current

    def status(self, columns: int) -> str:
        """Return rooms, people, who one is, and what is wrong, in so many cells."""
        connection = ""
        if not self.view.connected:
            connection = strings.NOT_CONNECTED if self.view.welcomed else strings.CONNECTING
        waiting = self.conversation.unacked_count
        if not connection and self._clock() - self._typed_s < SLOW_S:
            waiting = 0
        status = Status(
            rooms=self.rooms.all, current=self.room, here=self.people.here(self.room),
            nick=self.conversation.nick, connection=connection, waiting=waiting,
        )  # fmt: skip
        return status_line(status, columns)

    @property
    def is_up_to_date(self) -> bool:
        """Tell whether what was in the room at joining has been shown."""
        known = self.conversation.positions
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
                self._command(parse_here(text, self.room, self._now_ms()))
            elif isinstance(item, Line):
                self.conversation.say(self.room, unescape(text))
        except (Refused, UsageError) as problem:
            self.complain(problem.text)
        self.nudge()
        self._screen.refresh()

    def _command(self, command: Typed) -> None:
        match command:
            case Help() | Quit() | ToJson() | Switch() | Clear():
                self._at_once(command)
            case Show():
                ask = AskHistory(room=self.room, after=max(0, command.seq - 1), limit=1)
                self.view.shows[self.conversation.ask(ask)] = command.seq
            case Say():
                self.conversation.say(command.room, command.text, command.kind)
            case SayDirect():
                self.conversation.say_direct(command.to, command.text, command.kind)
            case Invite():
                self.conversation.ask(Invite(web=self.page))
            case Join():
                self._enter(command.room)
            case LeaveRoom():
                self._leave(command.room)
            case Ignore() | Unignore():
                self._screen.show(self.ignored.carry_out(command, self.conversation.nick))
            case GoTo():
                self.look_at(self.rooms.meant(command.what))
            case Last():
                ask_last = AskHistory(room=self.room, limit=command.count)
                self.view.lasts.add(self.conversation.ask(ask_last))
            case _:
                self.conversation.ask(command)

    def _at_once(self, command: Help | Quit | ToJson | Switch | Clear) -> None:
        if isinstance(command, Help):
            self._screen.show(help_text(command.command, HERE).encode())
            if command.command is None and self._display.echo:
                for line in strings.KEYS_HELP:
                    self.remark(line)
        elif isinstance(command, Quit):
            self.quitting = True
        elif isinstance(command, Switch):
            self._screen.show(self.switches.carry_out(command))
        elif isinstance(command, Clear):
            self.clear()

    # --- rooms -----------------------------------------------------------------------

    def look_at(self, room: str | None) -> None:
        """Turn to an open room, and show what is new there."""
        if room is not None and room != self.room:
            self.rooms.go(room)
            self._show_room()

    def _show_room(self) -> None:
        self._screen.show(self._router.looked_at(self.rooms.take(self.room)))
        self._screen.refresh()

    def _enter(self, room: str) -> None:
        wanted = clean_room(room)
        if wanted == self.room:
            raise Refused("bad_room", strings.here_already(self.room))
        if wanted in self.rooms:
            self.look_at(wanted)
        else:
            # What is typed from here on belongs there.
            self.rooms.go(self.conversation.join(wanted, last=HISTORY_SHOWN))

    def _leave(self, room: str | None) -> None:
        wanted = self.room if room is None else clean_room(room)
        if wanted not in self.rooms:
            raise Refused("not_in_room", strings.not_in(wanted))
        if len(self.rooms.all) == 1:
            raise Refused("not_in_room", strings.IS_ONLY_ROOM)
        self.conversation.leave(wanted)
        self._close(wanted)

    def _close(self, room: str) -> None:
        was = self.room
        self.rooms.close(room)
        self._router.left(room)
        if self.room != was:
            self._show_room()

    def leave_all(self) -> None:
        """Leave every room, so that nobody waits for this user to come back."""
        for room in list(self.conversation.positions):
            self.conversation.leave(room)

    # --- what came -------------------------------------------------------------------

    def on_events(self, events: Sequence[tuple[ClientEvent, bytes]]) -> None:
        """Show what came, all of it at once."""
        events = [one for one in events if not self._is_still_taken(one[0])]
        shown = self._router.routed([event for event, _ in events])
        if shown:
            self._screen.show(shown)
        for event, _ in events:
            if isinstance(event, Error | Left):
                self._close_what_is_shut()
        if self._lost_nick is not None:
            self._take_nick_back([event for event, _ in events])
        if self._router.ring and self._clock() - self._rang_s >= RING_AGAIN_S:
            self._rang_s = self._clock()
            if self.switches.bell:
                self._screen.ring()
        self._router.ring = False
        self._screen.refresh()
        self.changed()

    def lost(self, reason: str, wait_s: float) -> None:
        """Say once that there is no connection."""
        del wait_s
        self._nick_asked = None
        text = self.view.lost(reason)
        if text:
            self._screen.show(text)
        self._screen.refresh()

    def refused_hello(self, error: Error) -> bool:
        """Come in as a guest rather than not at all, if a person is watching."""
        if self.conversation.wanted_nick is None or not (self._display.echo or self.view.welcomed):
            return False
        wanted, self.conversation.wanted_nick = self.conversation.wanted_nick, None
        if error.code == "nick_taken":
            self._lost_nick = wanted
        self.complain(strings.guest_for_now(error.code, error.text, wanted))
        return True

    def _take_nick_back(self, events: Sequence[ClientEvent]) -> None:
        """Ask for the nick that was taken at the last hello; quietly, until it is had."""
        nick, now_s = self._lost_nick, self._clock()
        if nick is None or not self.view.connected:
            return
        if self.conversation.wanted_nick is not None:
            self._lost_nick = None  # it is had, or this person has chosen another one
            return
        free = any(isinstance(one, Left | Renamed) and one.nick == nick for one in events)
        if free or (self._nick_asked is None and now_s - self._nick_asked_s >= NICK_AGAIN_S):
            self._nick_asked, self._nick_asked_s = self.conversation.ask(Nick(nick=nick)), now_s
            self.nudge()

    def _is_still_taken(self, event: ClientEvent) -> bool:
        """Tell whether an event only says that the lost nick is somebody else's still."""
        if self._nick_asked is None or getattr(event, "ref", None) != self._nick_asked:
            return False
        self._nick_asked = None
        return isinstance(event, Error)

    def complain(self, text: str) -> None:
        """Show what is wrong."""
        self._screen.show(complaint(text))

    def remark(self, text: str) -> None:
        """Show what a person should know."""
        self._screen.show(remark(text))

    def _close_what_is_shut(self) -> None:
        """Close rooms that one could not enter, or was taken out of."""
        for room in self.rooms.all:
            if len(self.rooms.all) > 1 and room.name not in self.conversation.positions:
                self._close(room.name)
