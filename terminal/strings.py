"""What the terminal's commands say to people, in one place. Sentences, no decision."""

from typing import Final

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


def line_too_long(number: int, size: int) -> str:
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


def gap(first: int, last: int, where: str) -> str:
    return f"messages {first} to {last}{where} did not come"


SINCE_FORMS: Final = (
    "--since takes a message's number, how long ago (30s, 10m, 2h, 1d), "
    "or when (08:30, 2026-11-25, 2026-11-25T08:30)"
)

LAST_FORMS: Final = "--last takes a number of messages, 0 or more"
