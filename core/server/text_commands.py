"""What text mode's commands do: one small function each, and the table of them.

Knows the hub's requests and what one person wants to see; does not know how a line
is read, nor how lines become commands.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from core.errors import Refused
from core.hub.handler import Handler
from core.hub.hub import Hub
from core.hub.requests import carry_out, say
from core.hub.room import Room, Session, new_token
from core.log.history import Found, Unread
from core.server.textoutput import TextOutput
from core.text.commands import Help, Quit, Show, ToJson, help_text
from core.text.dated import Dated
from core.text.format import name
from core.text.names import clean_nick
from core.text.personal import IGNORED_LIMIT, Personal
from core.text.personal_commands import HERE, Ignore, Last, Switch, Typed, Unignore
from core.wire.messages import AskMembers, Bye, Join, Say, SayDirect, SetTopic


class Typist(Handler, Protocol):
    """Text mode, as its commands see it."""

    hub: Hub
    session: Session
    room: Room
    output: TextOutput
    personal: Personal
    asked_who: bool

    def acts(self) -> None:
        """Have the others told who it is that does something."""

    def go_to(self, room: Room) -> None:
        """Leave the room one is in for another one."""

    def to_json(self, session: Session | None) -> None:
        """Speak JSON lines from here on."""

    def apply_wishes(self) -> None:
        """Show what comes from now on as this person wants it."""

    def charge(self, size: int) -> None:
        """Count what an answer of so many bytes takes."""


def carry_out_command(typist: Typist, command: Typed) -> None:
    """Do what a command asks for; raise Refused or UsageError."""
    do = _COMMANDS.get(type(command))
    if do is None:
        carry_out(typist.hub, typist, typist.session, command)  # type: ignore[arg-type]
    else:
        do(typist, command)


def _help(typist: Typist, command: Help) -> None:
    typist.output.lines(help_text(command.command, HERE).encode())


def _quit(typist: Typist, _: Quit) -> None:
    typist.dismiss(Bye(reason="quit", text="good-bye"))


def _json(typist: Typist, _: ToJson) -> None:
    typist.session.token = new_token()
    typist.hub.people.remember(typist.session)
    typist.to_json(typist.session)


def _say(typist: Typist, command: Say) -> None:
    typist.acts()
    say(typist.hub, typist, typist.session, command)


def _act(typist: Typist, command: SayDirect | SetTopic) -> None:
    if isinstance(command, SayDirect) or command.text is not None:
        typist.acts()
    carry_out(typist.hub, typist, typist.session, command)


def _join(typist: Typist, command: Join) -> None:
    typist.go_to(typist.hub.room(command.room))


def _who(typist: Typist, command: AskMembers) -> None:
    typist.asked_who = True
    carry_out(typist.hub, typist, typist.session, command)
    typist.asked_who = False


def _show(typist: Typist, command: Show) -> None:
    hub, room, seq = typist.hub, typist.room.name, command.seq

    def done(found: Found | Unread) -> None:
        typist.flow.query_finished()
        if isinstance(found, Unread):
            typist.output.complain(found.value)
        elif found.messages and found.messages[0].seq == seq:
            whole = Dated(hub.clock.now_ms()).whole(found.messages[0])
            typist.charge(typist.output.lines(whole))
        else:
            typist.output.complain(f"there is no message {seq} in {room}")

    typist.flow.query_started()
    hub.fetch(lambda: hub.history.after(room, seq - 1, 1), done)


def _last(typist: Typist, command: Last) -> None:
    hub, room = typist.hub, typist.room.name
    head = typist.room.tail.head

    def done(found: Found | Unread) -> None:
        typist.flow.query_finished()
        if isinstance(found, Unread):
            typist.output.complain(found.value)
        elif found.messages:
            dated, nick = Dated(hub.clock.now_ms()), typist.session.nick
            shown = typist.personal.shown(found.messages, nick, dated, last=True)
            shown = shown or b"-- all of it is by people whom you ignore\n"
            typist.charge(typist.output.lines(shown))
        else:
            typist.output.lines(b"-- nothing has been said here yet\n")

    typist.flow.query_started()
    # What is behind the head is in the log, but nobody has been told yet.
    hub.fetch(lambda: hub.history.before(room, head + 1, command.count), done)


def _ignore(typist: Typist, command: Ignore) -> None:
    personal = typist.personal
    if command.nick is None:
        names = ", ".join(map(name, personal.ignored))
        typist.output.lines(f"-- you ignore {names or 'nobody'}\n".encode())
        return
    nick = clean_nick(command.nick, guest=True)
    if nick == typist.session.nick:
        raise Refused("bad_nick", "that is your own name; name somebody else")
    if len(personal.ignored) >= IGNORED_LIMIT:
        raise Refused("full", f"you ignore {IGNORED_LIMIT} people; /unignore one of them first")
    personal.ignore(nick)
    typist.apply_wishes()
    typist.output.lines(f"-- you hear no more of {name(nick)}; /unignore {name(nick)}\n".encode())


def _unignore(typist: Typist, command: Unignore) -> None:
    nick = clean_nick(command.nick, guest=True)
    heard = typist.personal.unignore(nick)
    typist.apply_wishes()
    said = "you hear {} again" if heard else "you did not ignore {}"
    typist.output.lines(f"-- {said.format(name(nick))}\n".encode())


_SWITCHED: Final = {
    ("bell", True): "it rings, and a * stands before the name, when somebody names you, "
    "@all or @here, or tells only you something",
    ("bell", False): "no bell and no mark",
    ("color", True): "names are in colours",
    ("color", False): "no colours",
    ("quiet", True): "comings and goings are hidden",
    ("quiet", False): "comings and goings are shown",
}


def _switch(typist: Typist, command: Switch) -> None:
    what = command.what
    on = not getattr(typist.personal, what) if command.on is None else command.on
    setattr(typist.personal, what, on)
    typist.apply_wishes()
    other = "off" if on else "on"
    typist.output.lines(f"-- {_SWITCHED[what, on]}; /{what} {other}\n".encode())


_COMMANDS: Final[dict[type, Callable[[Any, Any], None]]] = {
    Help: _help,
    Quit: _quit,
    ToJson: _json,
    Show: _show,
    Say: _say,
    SayDirect: _act,
    SetTopic: _act,
    Join: _join,
    AskMembers: _who,
    Last: _last,
    Ignore: _ignore,
    Unignore: _unignore,
    Switch: _switch,
}
