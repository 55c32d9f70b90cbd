"""Running the clients to their exit: join, send and tail.

Their modules are imported only when they run. Does not know what they do.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.access.passphrase import BadPassphrase
from core.client.trust import NotTrusted, Trust, user_trust
from core.exitcodes import INTERRUPTED, USAGE
from core.systemwords import in_words
from core.text.complaints import complain
from hubbub import strings
from hubbub.running import run_until_signal

if TYPE_CHECKING:
    from terminal.join import JoinOptions
    from terminal.send import SendOptions
    from terminal.tail import TailOptions


@dataclass(frozen=True, slots=True)
class Given:
    """What a hub may ask for, and who it has to be, as flags and the environment say.

    The passphrase itself, or a file that has it; a file of authorities, or the SHA-256
    of the hub's certificate.
    """

    passphrase: str | None = field(default=None, repr=False)
    file: Path | None = None
    authorities: Path | None = None
    pin: str | None = None

    def trust(self) -> Trust:
        """Return whose certificate is believed; raise NotTrusted for a flag that is wrong."""
        return user_trust(self.authorities, self.pin)

    def read(self) -> str | None:
        """Return the passphrase, None if none was given; raise BadPassphrase."""
        if self.file is None:
            return self.passphrase
        try:
            return self.file.read_text(encoding="utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as problem:
            words = in_words(problem) if isinstance(problem, OSError) else strings.NOT_UTF8
            raise BadPassphrase(strings.cannot_read_passphrase(str(self.file), words)) from problem


def with_what_was(given: Given, run: Callable[[str | None, Trust], int]) -> int:
    """Run a client with the passphrase and the trust that were given; complain of bad files."""
    try:
        passphrase, trust = given.read(), given.trust()
    except (BadPassphrase, NotTrusted) as problem:
        complain(str(problem))
        return USAGE
    return run(passphrase, trust)


def join_rooms(
    target: str, rooms: tuple[str, ...], nick: str | None, options: "JoinOptions", given: Given
) -> int:
    """Talk in rooms; return the exit code."""
    from terminal.join import run_join

    def run(passphrase: str | None, trust: Trust) -> int:
        joining = run_join(
            target, rooms=rooms, nick=nick, options=options, passphrase=passphrase, trust=trust
        )
        return asyncio.run(joining)

    # It decides about signals by itself.
    try:
        return with_what_was(given, run)
    except KeyboardInterrupt:
        return INTERRUPTED


def send_text(
    target: str, text: tuple[str, ...], room: str, nick: str | None, options: "SendOptions",
    give_up_after_s: float | None, given: Given,
) -> int:  # fmt: skip
    """Say arguments, a file or standard input; return the exit code.

    `give_up_after_s`: how long to go on without a connection; None for ever.
    """
    from terminal.send import run_send

    lines = options.each_line or options.sample
    if text and (options.file or lines):
        flag = "--file" if options.file else "--each-line" if options.each_line else "--sample"
        complain(strings.for_lines(flag))
        return USAGE
    if options.each_line and (options.code or options.file):
        complain(strings.LINES_OR_CODE)
        return USAGE
    said = " ".join(text) if text else None

    def run(passphrase: str | None, trust: Trust) -> int:
        sending = run_send(
            target, said, room=room, nick=nick, options=options,
            give_up_after_s=give_up_after_s, passphrase=passphrase, trust=trust,
        )  # fmt: skip
        return run_until_signal(sending)

    return with_what_was(given, run)


def tail_rooms(
    target: str,
    rooms: tuple[str, ...],
    last: int,
    since: str | None,
    options: "TailOptions",
    given: Given,
    *,
    follow: bool,
) -> int:
    """Print rooms; return the exit code."""
    from terminal.tail import run_tail

    def run(passphrase: str | None, trust: Trust) -> int:
        tailing = run_tail(
            target, room=rooms, last=last, since=since, options=options, follow=follow,
            passphrase=passphrase, trust=trust,
        )  # fmt: skip
        return run_until_signal(tailing)

    return with_what_was(given, run)
