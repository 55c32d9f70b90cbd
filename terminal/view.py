"""What a person sees of a conversation: events in, lines to show out.

Pure. It changes nothing, neither in the conversation nor on a screen.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec import UNSET, structs

from core.client.conversation import ClientEvent, Conversation
from core.client.outbox import Acked, Rejected, Retrying
from core.client.position import Gap
from core.clock import wall_clock_ms
from core.text.dated import Dated
from core.text.format import CONTINUED, name, text_lines, to_bytes
from core.text.render import event_text, greeting, message_text
from core.wire.messages import (
    Direct,
    Error,
    Event,
    History,
    Joined,
    Left,
    Members,
    Message,
    Ref,
    SayDirect,
    Topic,
    Welcome,
)
from terminal import strings

EXCERPT_CHARACTERS: Final = 60


def complaint(text: str) -> bytes:
    """Return the line that tells what is wrong."""
    return to_bytes(text_lines("-! ", text))


def remark(text: str) -> bytes:
    """Return the line that tells what a person should know."""
    return to_bytes(text_lines("-- ", text))


class View:
    """Shows each thing once, also when a connection was cut and everything came again."""

    def __init__(
        self, conversation: Conversation, *, echo: bool, now_ms: Callable[[], int] = wall_clock_ms
    ) -> None:
        """`echo`: one's own messages are shown too, since what was typed has vanished."""
        self._now_ms = now_ms
        self.welcomed = False
        """The hub has been reached at least once."""
        self.connected = False
        self.shows: dict[Ref, int] = {}
        """Questions for one message as a whole: its seq by the answer's `ref`."""
        self.lasts: set[Ref] = set()
        """Questions for the newest messages, by the answer's `ref`."""
        self._conversation = conversation
        self._echo = echo
        self._arriving: set[str] = set()
        self._greeted: set[str] = set()
        self._topics: dict[str, str] = {}
        self._told_retrying = False
        self._lost = False

    def shown(self, event: ClientEvent) -> bytes:
        """Return what is shown of an event; nothing of most."""
        show = _SHOWN.get(type(event))
        if show is not None:
            return show(self, event)
        return self._event(event) if isinstance(event, Event) else b""

    def lost(self, reason: str) -> bytes:
        """Say once that there is no connection."""
        self.connected = False
        if self._lost:
            return b""
        self._lost = True
        return complaint(strings.lost(reason))

    def left_behind(self, room: str) -> None:
        """Forget a room, so that it is greeted when it is entered again."""
        self._greeted.discard(room)
        self._topics.pop(room, None)

    def _event(self, event: Event) -> bytes:
        return event_text(event, self._conversation.nick)

    def _message(self, message: Message) -> bytes:
        own = not self._echo and self._conversation.is_own(message)
        return b"" if own else message_text(message)

    def _direct(self, direct: Direct) -> bytes:
        own = not self._echo and self._conversation.is_own(direct)
        return b"" if own else self._event(direct)

    def _acked(self, _: Acked) -> bytes:
        self._told_retrying = False
        return b""

    def _rejected(self, rejected: Rejected) -> bytes:
        request = rejected.request
        about = request.to if isinstance(request, SayDirect) else request.room
        shown = self._in_words(rejected.error, about)
        if self._echo:
            # It has vanished from the prompt, and will not appear in the room.
            first, *others = request.text.split("\n")
            cut = len(first) > EXCERPT_CHARACTERS or bool(others)
            excerpt = first[:EXCERPT_CHARACTERS] + ("…" if cut else "")
            shown += to_bytes(text_lines(CONTINUED, excerpt))
        return shown

    def _retrying(self, retrying: Retrying) -> bytes:
        if self._told_retrying:
            return b""
        self._told_retrying = True
        return complaint(strings.not_kept_yet(retrying.error.text))

    def _gap(self, gap: Gap) -> bytes:
        return complaint(strings.did_not_come(gap.first, gap.last))

    def _welcome(self, _: Welcome) -> bytes:
        self.connected = True
        again, self._lost, self.welcomed = self._lost, False, True
        if not again:
            return b""
        shown = remark(strings.connected_again(name(self._conversation.nick)))
        count = self._conversation.unacked_count
        if count and not self._conversation.resumed:
            shown += complaint(strings.maybe_twice(count))
        return shown

    def _joined(self, joined: Joined) -> bytes:
        if joined.seq is UNSET:
            return self._event(joined)
        self._arriving.add(joined.room)
        return b""

    def _members(self, members: Members) -> bytes:
        """Greet once for each room; coming back to it needs no words."""
        room = members.room
        if members.ref is not None or room not in self._arriving:
            return self._event(members)
        self._arriving.discard(room)
        if room in self._greeted:
            return b""
        welcome = self._conversation.welcome
        keeps = None if self._greeted or welcome is None else welcome.keeps
        self._greeted.add(room)
        self._topics.pop(room, None)
        nicks = () if members.nicks is UNSET else members.nicks or ()
        return greeting(room, self._conversation.nick, nicks, members.count, "", keeps)

    def _topic(self, topic: Topic) -> bytes:
        known = self._topics.get(topic.room)
        self._topics[topic.room] = topic.text
        news = topic.ref is not None or topic.nick is not UNSET or (known or "") != topic.text
        return self._event(topic) if news else b""

    def _left(self, left: Left) -> bytes:
        if left.nick != self._conversation.nick:
            return self._event(left)
        asked_for = left.ref is not None or left.room in self._conversation.positions
        if asked_for:
            return b""
        return complaint(strings.no_longer_in(name(left.room)))

    def _history(self, history: History) -> bytes:
        if history.ref in self.lasts:
            self.lasts.discard(history.ref)
            # What there is more of is older, and /since leads forth.
            return self._event(structs.replace(history, more=False))
        seq = None if history.ref is None else self.shows.pop(history.ref, None)
        if seq is None:
            return self._event(history)
        for message in history.messages:
            if message.seq == seq:
                return Dated(self._now_ms()).whole(message)
        return complaint(strings.no_message(seq, name(history.room)))

    def _error(self, error: Error) -> bytes:
        if error.ref is not None:
            self.shows.pop(error.ref, None)
            self.lasts.discard(error.ref)
        return self._in_words(error, None if error.room is UNSET else error.room)

    def _in_words(self, error: Error, about: str | None) -> bytes:
        words = strings.error_words(error.code, error.text, about)
        return self._event(structs.replace(error, text=words))


_SHOWN: Final[dict[type, Callable[[View, Any], bytes]]] = {
    Message: View._message,
    Direct: View._direct,
    Acked: View._acked,
    Rejected: View._rejected,
    Retrying: View._retrying,
    Gap: View._gap,
    Welcome: View._welcome,
    Joined: View._joined,
    Members: View._members,
    Topic: View._topic,
    Left: View._left,
    History: View._history,
    Error: View._error,
}
