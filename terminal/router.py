"""The event router: hides ignored people, sorts events by room, and asks for the bell.

Knows the open rooms. Knows no screen: lines to show come out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.client.conversation import ClientEvent, Conversation
from core.client.position import Gap
from core.text.format import day, name
from core.text.mentions import mentions
from core.wire.messages import Direct, Joined, Left, Members, Message, Renamed, Reset, Topic
from terminal import strings
from terminal.dress import marked
from terminal.ignored import Ignored
from terminal.paint import day_line
from terminal.people import People
from terminal.rooms import OpenRoom, OpenRooms, Waiting
from terminal.switches import Switches
from terminal.view import View, remark


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """How events are shown."""

    echo: bool = True
    """One's own messages are shown, too, when they come back."""
    days: bool = False
    """A line stands where another day begins."""
    status: bool = True
    """There is a line that tells what is new in other rooms."""


class EventRouter:
    """Takes events and returns what to show now; the rest waits in its room."""

    def __init__(
        self, conversation: Conversation, rooms: OpenRooms, view: View, ignored: Ignored,
        display: DisplayOptions, switches: Switches, now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self.people = People()
        self.ring = False
        """Somebody has called; whoever rings the bell sets this back."""
        self._conversation = conversation
        self._rooms = rooms
        self._view = view
        self._ignored = ignored
        self._display = display
        self._switches = switches
        self._day = day(now_ms())
        self._old: dict[str, int] = {}  # up to here, a room's messages are history

    def routed(self, events: Sequence[ClientEvent]) -> bytes:
        """Return what is to be shown of what came, all of it at once."""
        return b"".join([self._routed(event) for event in events])

    def looked_at(self, room: OpenRoom) -> bytes:
        """Return what is shown when somebody turns to a room."""
        news = strings.NOTHING_NEW
        if room.new:
            older = room.new - sum(waiting.is_new for waiting in room.waiting)
            news = strings.new_here(room.new, older, room.before)
        lines = [f"── {name(room.name)} ── {news}\n".encode()]
        lines += [self._dated(seen.at_ms, seen.lines) for seen in room.seen]
        is_marked = False
        for waiting in room.waiting:
            # Not where nothing stands above it but the room's name.
            if waiting.is_new and not is_marked and len(lines) > 1:
                lines.append(f"{strings.READ_MARK}\n".encode())
            is_marked |= waiting.is_new
            lines.append(self._dated(waiting.at_ms, waiting.lines))
        return b"".join(lines)

    def left(self, room: str) -> None:
        """Forget how far a room's history went."""
        self._old.pop(room, None)
        self._view.left_behind(room)

    def _routed(self, event: ClientEvent) -> bytes:
        self.people.saw(event)
        self._note(event)
        if self._is_ignored(event):
            return b""
        shown = self._view.shown(event)
        match event:
            case Message():
                return self._message(event, shown)
            case Direct():
                self.ring |= event.nick != self._conversation.nick
                return self._dated(event.at, shown)
            case Joined() | Left() if event.nick != self._conversation.nick:
                here = event.room == self._rooms.current and not self._switches.quiet
                return shown if here else b""
            case Members() | Topic() | Gap() | Reset() if self._waits(event):
                if shown:
                    self._rooms.keep(event.room, Waiting(0, shown))
                return b""
        return shown

    def _waits(self, event: Members | Topic | Gap | Reset) -> bool:
        answer = isinstance(event, Members | Topic) and event.ref is not None
        room = event.room
        return not answer and room != self._rooms.current and room in self._rooms

    def _message(self, message: Message, shown: bytes) -> bytes:
        room, seq = message.room, message.seq
        live = seq > self._old.get(room, 0)
        own = message.nick == self._conversation.nick
        mention = not own and mentions(message.text, self._conversation.nick)
        if mention and shown:
            shown = marked(shown.decode()).encode()
        self.ring |= mention and live
        if room == self._rooms.current or room not in self._rooms:
            if shown and room in self._rooms:
                self._rooms.saw(room, Waiting(message.at, shown, is_message=True))
            return self._dated(message.at, shown)
        if shown:
            self._rooms.keep(room, Waiting(message.at, shown, live and not own, is_message=True))
        if not live or own:
            return b""
        count = self._rooms.count(room, seq, mention=mention)
        if self._display.status or not (count == 1 or mention):
            return b""
        who = name(message.nick) if mention else None
        return remark(strings.news_elsewhere(who, name(room)))

    def _note(self, event: ClientEvent) -> None:
        match event:
            case Joined(room=room, seq=int(seq)):
                self._old.setdefault(room, seq)
            case Reset(room=room, reason=reason) if reason != "pruned":
                self._old[room] = event.next - 1
            case _:
                pass

    def _is_ignored(self, event: ClientEvent) -> bool:
        match event:
            case Message() | Direct() | Joined() | Left() | Renamed():
                nick = event.nick
                return nick in self._ignored and nick != self._conversation.nick
            case _:
                return False

    def _dated(self, at_ms: int, shown: bytes) -> bytes:
        if not (self._display.days and at_ms and shown):
            return shown
        today = day(at_ms)
        if today == self._day:
            return shown
        self._day = today
        return f"{day_line(at_ms)}\n".encode() + shown
