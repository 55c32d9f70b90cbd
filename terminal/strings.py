"""What the terminal's commands say to people, in one place. Sentences, no decision.

The hub's errors have codes, and what they mean here is said in this client's own
words; a code that is not known keeps the hub's text.
"""

from collections.abc import Mapping
from typing import Final

# --- join: the connection ----------------------------------------------------------------

CONNECTING: Final = "connecting"
NOT_CONNECTED: Final = "not connected"
CONNECTED: Final = "connected"
WAITING_TO_SEND: Final = "waiting to send the rest; Ctrl-C leaves without"
CTRL_C_AGAIN: Final = "Ctrl-C again leaves"


def lost(reason: str) -> str:
    """Return what is said once when the connection is lost."""
    return f"not connected ({reason}); trying again, and what you type is kept"


def connected_again(nick: str) -> str:
    """Return what is said when it is there again."""
    return f"connected again, as {nick}"


def maybe_twice(count: int) -> str:
    """Return what is said when messages go out again to a hub that forgot this client."""
    what = "message goes" if count == 1 else "messages go"
    return (
        f"the hub does not know you from before: {count} {what} out now, and might be there already"
    )


def unsaid(count: int) -> str:
    """Return what is said at the end of what was never sent."""
    return f"{count} of your messages {'was' if count == 1 else 'were'} not sent"


def not_kept_yet(reason: str) -> str:
    """Return what is said of a message that is sent again by itself."""
    return f"not kept yet: {reason}; it is said again by itself"


def did_not_come(first: int, last: int) -> str:
    """Return what is said of messages that are missing."""
    return f"messages {first} to {last} did not come; /since {first - 1} may show them"


# --- join: errors of the hub, by code ----------------------------------------------------

_BY_CODE: Final[Mapping[str, str]] = {
    "bad_json": "the hub did not understand this client; a newer version of one of them may help",
    "unknown_type": "this hub does not know that; it is older than this client",
    "hello_first": "the hub did not understand this client; leave, and join again",
    "hello_again": "the hub did not understand this client; leave, and join again",
    "empty": "there is nothing to see in this; write something",
    "nick_taken": "{about} is taken; /nick NAME takes another name",
    "not_in_room": "you are not in {about}; /join ROOM opens a room",
    "too_many_rooms": "you are in as many rooms as can be; /leave ROOM closes one",
    "nobody": "nobody here is called {about}; /names lists who is here, and Tab completes",
    "away": "{about} is away just now; try again later",
    "id_reused": "something else was said under the same id; say it once more",
    "unknown_outcome": "the hub's disk failed, and this may or may not have been kept; "
    "/last 10 shows",
    "not_found": "there is no such message; /last 10 shows the newest",
    "full": "the hub has as many guests as it can hold; come back later",
}


_ABOUT: Final = {"nobody": "that", "nick_taken": "that name", "away": "that person"}
"""What stands for a name that is not known."""


def error_words(code: str, text: str, about: str | None = None) -> str:
    """Return what a person is told of an error of the hub, which says `text` itself.

    `about`: the nick or the room that it is about, if that is known.
    """
    words = _BY_CODE.get(code)
    if words is None:
        return text
    return words.format(about=about or _ABOUT.get(code, "that room"))


def guest_for_now(code: str, text: str, wanted: str) -> str:
    """Return what is said to who comes in under another name than was `wanted`."""
    reason = f"{wanted} is taken" if code == "nick_taken" else error_words(code, text)
    return f"{reason}. You are a guest for now; /nick NAME changes that"


# --- join: rooms -------------------------------------------------------------------------

IS_ONLY_ROOM: Final = "this is your only room: /join another one, or /quit"
NOTHING_NEW: Final = "nothing new"
READ_MARK: Final = "── new ──"


def no_open_room(what: str) -> str:
    """Return what is said to who wants to go to a room that is not open."""
    return f"no open room is {what}; /join {what} opens one, Tab completes"


def quiet_now(*, quiet: bool) -> str:
    """Return what is said when comings and goings are hidden or shown from now on."""
    if quiet:
        return "who comes and goes is not shown; /quiet off shows it again"
    return "who comes and goes is shown; /quiet on hides it"


def bell_now(*, rings: bool) -> str:
    """Return what is said when the bell is switched."""
    return f"the bell is {'on' if rings else 'off'}; /bell {'off' if rings else 'on'} changes that"


def here_already(room: str) -> str:
    """Return what is said to who wants to go where he is."""
    return f"you are in {room} already"


def not_in(room: str) -> str:
    """Return what is said to who wants to leave where he is not."""
    return f"you are not in {room}; /list shows the rooms there are"


def no_longer_in(room: str) -> str:
    """Return what is said to who was taken out of a room."""
    return f"you are no longer in {room}; /join {room} goes back"


def no_message(seq: int, room: str) -> str:
    """Return what is said when `/show` finds nothing."""
    return f"there is no message {seq} in {room}; /last 10 shows the newest"


def new_here(count: int, older: int, before: int) -> str:
    """Return what is new in a room that is looked at again; `older` of it is only kept."""
    only = f", {older} of them only with /since {before}" if older > 0 else ""
    return f"{count} new{only}"


def news_elsewhere(nick: str | None, room: str) -> str:
    """Return what is said where no line shows the other rooms; `nick` names you there."""
    what = "there is news in" if nick is None else f"{nick} names you in"
    return f"{what} {room}; /join {room} shows it"


# --- join: the line that is typed, and the one below it ----------------------------------


def not_utf_8(locale: str) -> str:
    """Return what is said of text in another encoding; `locale` is the one that is set."""
    return (
        "not sent: that was not UTF-8; set the terminal to UTF-8, and LANG or LC_ALL, "
        f"which says {locale} here, to a locale with UTF-8"
    )


JSON_IS_FOR_PROGRAMS: Final = "/json is for programs that speak to the hub themselves"

KEYS_HELP: Final = (
    "Alt+Enter begins a new line, Tab completes, Up and Ctrl-R recall.",
    "Alt+1 to Alt+9 and Alt+0 go to a room, Alt+Left and Alt+Right to the next, Alt+A to news.",
)

COMMANDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "join": ("/join ROOM", "open a room, or go to an open one", "/join kitchen"),
    "leave": ("/leave [ROOM]", "leave this room, or another", "/leave kitchen"),
    "go": ("/go NUMBER or NAME", "go to an open room, by a part of its name too", "/go 12"),
    "bell": ("/bell [on|off]", "ring when somebody names you, or not", "/bell off"),
    "clear": ("/clear", "empty the screen", "/clear"),
}
"""How a command is written, what it does, and an example, where it is not as in text mode."""


def line_too_long(size_bytes: int) -> str:
    """Return what is said of a line that no message can hold."""
    return f"not sent: a line of {size_bytes:,} bytes is too long; `hubbub send --file` divides it"


def not_sent_yet(count: int) -> str:
    """Return how many messages wait, for the line below."""
    return f"{count} not sent yet"


def here(count: int) -> str:
    """Return how many are in a room, for the line below."""
    return f"{count} here"


def block_ways(lines: int, size: str, limit: str | None) -> tuple[str, str, str]:
    """Return what to know of several lines before they go out, from long to short.

    `limit`: what a message may have, if this is over it.
    """
    what = f"{lines:,} line{'' if lines == 1 else 's'}, {size}"
    if limit is not None:
        long = f"{what}: over the {limit} of a message; Ctrl-C drops it"
        return long, f"{what}: over {limit}!", what
    long = f"{what}: Enter sends them as one block, Ctrl-C drops them"
    return long, f"{what}: Enter sends it", what


# --- join: who is ignored, and files of one's own ----------------------------------------

NOBODY_IGNORED: Final = "nobody is ignored; /ignore NAME hides what somebody says"
IGNORE_YOURSELF: Final = "that is you; /ignore takes the name of somebody else"
IS_DAMAGED: Final = "it is damaged; remove it"


def ignored(nicks: str) -> str:
    """Return who is ignored."""
    return f"ignored: {nicks}"


def is_ignored(nick: str) -> str:
    """Return what is said when somebody is ignored from now on."""
    return f"{nick} is ignored; /unignore {nick} ends that"


def is_shown_again(nick: str, *, was_ignored: bool) -> str:
    """Return what is said when somebody is heard again."""
    return f"{nick} is shown again" if was_ignored else f"{nick} was not ignored"


def history_trouble(path: str, why: str) -> str:
    """Return what is said of a file of what was typed that cannot be used."""
    return f"{path}: {why}. What you type is remembered until you leave"


def ignored_unreadable(path: str, why: str) -> str:
    """Return what is said of a file of who is ignored that cannot be read."""
    return f"{path}: {why}. Nobody is ignored"


def ignored_unwritable(path: str, why: str) -> str:
    """Return what is said of a file of who is ignored that cannot be written."""
    return f"{path}: {why}. This holds until you leave"


# --- standard input and output, files of one's own ---------------------------------------

NOTHING_REMEMBERED: Final = (
    "this user has no home folder, so what you type and whom you ignore is remembered until you "
    "leave; set HOME to keep it"
)

NOBODY_READS: Final = "nobody reads standard output any more"
OUTPUT_CLOSED: Final = "cannot write to standard output: it is closed"
NO_INPUT: Final = (
    "standard input is closed, so there is nothing to say; give the text, or a file with --file"
)


def cannot_write(why: str) -> str:
    return f"cannot write to standard output: {why}; what it has is not complete"


# --- send, tail --------------------------------------------------------------------------

INTERRUPTED: Final = "interrupted"
LOCALE: Final = "set LANG or LC_ALL to a locale with UTF-8"


def finishing(count: int) -> str:
    what = "message is" if count == 1 else "messages are"
    return f"ends once {count} {what} kept; a second signal (Ctrl-C) ends at once"


def not_known_to_be_kept(reason: str, count: int) -> str:
    if not count:
        return reason
    what = "message is" if count == 1 else "messages are"
    return f"{reason}; {count} {what} not known to be kept"


def waiting(count: int) -> str:
    lines = "line waits" if count == 1 else "lines wait"
    return f"{count:,} {lines} for the room, which takes them more slowly than they come"


NOTHING_WAITS: Final = "nothing waits any more"


def left_out(read: int, out: int) -> str:
    return f"of {read:,} lines {out:,} were left out (--sample)"


def more_not_sent(count: int) -> str:
    return f"not sent: {count:,} more {'line' if count == 1 else 'lines'}"


def not_sent(reason: str) -> str:
    return f"not sent: {reason}"


def trying_again(reason: str) -> str:
    return f"{reason}; trying again"


def not_connected(reason: str) -> str:
    return f"not connected ({reason}); trying again"


CONNECTED_AGAIN: Final = "connected again"


def cannot_read_file(file: str, why: str) -> str:
    return f"{file} cannot be read: {why}"


def not_text(file: str) -> str:
    return f"{file} is not text, and only text can be sent"


def numbered_line_too_long(number: int, size: int) -> str:
    return f"line {number} has {size:,} bytes, which is too long"


def line_not_utf8(number: int) -> str:
    return f"line {number} is not UTF-8"


UTF_16_HINT: Final = ", but UTF-16; iconv -f utf-16 -t utf-8 makes one of the other"


def line_refused(number: int, why: str) -> str:
    return f"line {number}: {why}"


def bad_match(why: str, position: int | None) -> str:
    at = "" if position is None else f" at its character {position + 1}"
    return f"--match: {why}{at}"


ONE_ROOMS_NUMBER: Final = "a message's number belongs to one room; for several, say a time"


def times_are(zone: str) -> str:
    """Return what stands behind the first day of what is printed."""
    return f", times are {zone}"


def gap(first: int, last: int, where: str) -> str:
    return f"messages {first} to {last}{where} did not come"


SINCE_FORMS: Final = (
    "--since takes a message's number, how long ago (30s, 10m, 2h, 1d), "
    "or when (08:30, 2026-11-25, 2026-11-25T08:30)"
)

LAST_FORMS: Final = "--last takes a number of messages, 0 or more"


# --- the passphrase -----------------------------------------------------------------

PASSPHRASE: Final = "Passphrase: "


def nobody_to_ask(why: str) -> str:
    """Say what the hub says, and what a job without a terminal has to set."""
    return (
        f"{why}. Nobody is here to type it: put it into HUBBUB_PASSPHRASE, "
        "or into a file for --passphrase-file"
    )
