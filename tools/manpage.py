"""Make the manual page docs/hubbub.1 from the command line itself.

usage, in the project's folder: python -m tools.manpage [FILE]

FILE is docs/hubbub.1 unless it is said, or - for standard output.

What it says of commands and flags is what `--help` says; a test sees to it
that the page that is committed is the one that this makes.
"""

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from core import VERSION
from hubbub.cli import app
from hubbub.examples import EXAMPLES
from hubbub.settings import FILE_NAME, USER_FILE

PAGE: Final = Path(__file__).parents[1] / "docs" / "hubbub.1"

DAY: Final = "2026-11-25"
"""Manual pages have a date. It is the day of this page's first version, since
one that changed with each making would make each of them differ."""

EXIT: Final = (
    ("0", "What was asked for was done."),
    ("1", "Something was refused, could not be done, or does not work."),
    ("2", "The command line cannot be understood."),
    ("3", "The hub is not reachable."),
    ("130", "Interrupted by Ctrl-C."),
)

FILES: Final = (
    (
        FILE_NAME,
        (
            "In the working directory, settings of a server as TOML: below the name of a command "
            "for that command alone, and before any of these for all. A server says that it has "
            "read it."
        ),
    ),
    (
        f"$XDG_CONFIG_HOME/hubbub/{USER_FILE}",
        (
            "The same for join, send, tail and doctor, which read nothing of the working "
            f"directory; ~/.config/hubbub/{USER_FILE} without XDG_CONFIG_HOME."
        ),
    ),
    (
        "$XDG_STATE_HOME/hubbub/",
        (
            "The log of the hub, unless --data names another folder; ~/.local/state/hubbub/ "
            "without XDG_STATE_HOME."
        ),
    ),
    ("$XDG_STATE_HOME/hubbub/history", "What was typed in hubbub join, for the next time."),
    ("$XDG_STATE_HOME/hubbub/ignored.json", "Whom hubbub join does not show, for each hub."),
)

_NAMES: Final = {
    "\\": r"\e", '"': r"\(dq", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti",
}  # fmt: skip


def page() -> str:
    """Return the manual page, in the man(7) language."""
    lines = [
        f'.TH HUBBUB 1 {DAY} "Hubbub {VERSION}" "User Commands"',
        ".SH NAME",
        rf"hubbub \- {escaped(_summary(app.help))}",
        ".SH SYNOPSIS",
        *_synopsis(),
        ".SH DESCRIPTION",
        *paragraphs(
            "Hubbub is one room with many doors: a hub for nc, telnet and programs, a gateway for "
            "browsers, and clients for a terminal and for pipes. hubbub serve runs hub and "
            "gateway; the other commands talk to them, or take care of the log.\n\n"
            "--help behind a command shows its flags and some examples, and hubbub --version "
            "the version."
        ),
        ".SH COMMANDS",
        *(line for command in commands() for line in _command(command)),
        ".SH ENVIRONMENT",
        *_entry("HUBBUB_FLAG", "Each flag that is a setting, in capitals and with _ for -, as in "
                "HUBBUB_TCP_PORT for --tcp-port; empty is as good as unset. A flag on the command "
                "line wins over the environment, and that over the file of settings."),
        *_entry("STATE_DIRECTORY", "The folder of the log of a service, as systemd sets it."),
        *_entry("NO_COLOR", "If it is not empty, nothing is coloured."),
        ".SH FILES",
        *(line for name, words in FILES for line in _entry(name, words)),
        ".SH EXIT STATUS",
        *(line for code, words in EXIT for line in _entry(code, words)),
        ".SH EXAMPLES",
        *(line for command in commands() for line in _examples(command)),
        ".SH SEE ALSO",
        ".BR nc (1),",
        ".BR telnet (1)",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def commands() -> list[str]:
    """Return the names of all commands, as `hubbub --help` has them."""
    return [name for name in app if not name.startswith("-")]


def escaped(text: str) -> str:
    """Return text as roff prints it, whatever is in it."""
    text = "".join(_NAMES.get(one, one) for one in text)
    text = re.sub(r"[^\x00-\x7f]", lambda one: rf"\[u{ord(one[0]):04X}]", text)
    return rf"\&{text}" if text.startswith(".") else text


def paragraphs(text: str) -> Iterator[str]:
    """Give the lines of paragraphs that are parted by blank lines."""
    for number, paragraph in enumerate(re.split(r"\n\s*\n", inspect.cleandoc(text).strip())):
        if number:
            yield ".PP"
        yield escaped(" ".join(paragraph.split()))


def _summary(text: str) -> str:
    return text.strip().partition("\n")[0].rstrip(".")


def _arguments(command: str) -> list[Any]:
    return list(app[command].assemble_argument_collection())


def _is_flag(argument: Any) -> bool:
    return bool(argument.field_info.kind is inspect.Parameter.KEYWORD_ONLY)


def _synopsis() -> Iterator[str]:
    for number, command in enumerate(commands()):
        if number:
            yield ".br"
        words = [rf"\fBhubbub {escaped(command)}\fR"]
        arguments = _arguments(command)
        if any(map(_is_flag, arguments)):
            words.append(r"[\fIflags\fR]")
        words += [_placed(argument) for argument in arguments if not _is_flag(argument)]
        yield " ".join(words)


def _placed(argument: Any) -> str:
    """Return an argument that is known by its place."""
    name = rf"\fI{escaped(_bare(argument))}\fR"
    if argument.field_info.kind is inspect.Parameter.VAR_POSITIONAL:
        return rf"[{name} ...]"
    return name if argument.field_info.default is inspect.Parameter.empty else rf"[{name}]"


def _bare(argument: Any) -> str:
    return str(argument.names[0]).removeprefix("--").upper()


def _command(command: str) -> Iterator[str]:
    yield rf".SS hubbub {escaped(command)}"
    yield from paragraphs(app[command].help)
    for argument in _arguments(command):
        yield ".TP"
        if not _is_flag(argument):
            yield _placed(argument)
        else:
            names = ", ".join(rf"\fB{escaped(name)}\fR" for name in argument.names)
            takes = "" if argument.hint is bool else rf" \fI{escaped(_value(argument))}\fR"
            yield names + takes
        yield escaped(_with_default(argument))


def _value(argument: Any) -> str:
    """Return what stands for a flag's value."""
    choices = argument.get_choices()
    return "|".join(choices) if choices else _bare(argument)


def _with_default(argument: Any) -> str:
    """Return what a flag is for, and what it is without being given."""
    words = str(argument.parameter.help).strip()
    default = argument.field_info.default
    if any(default is one for one in (None, False, inspect.Parameter.empty)) or default == ():
        return words
    if default is True:
        shown = argument.names[0]
    else:
        shown = " ".join(default) if isinstance(default, tuple) else f"{default}"
    end = "" if words.endswith((".", "!", "?")) else "."
    return f"{words}{end} Without it: {shown}."


def _entry(name: str, words: str) -> Iterable[str]:
    return ".TP", rf".B {escaped(name)}", escaped(words)


def _examples(command: str) -> Iterator[str]:
    for line, what in EXAMPLES.get(command, ()):
        yield from (".TP", escaped(what[:1].upper() + what[1:]) + ":", rf".B {escaped(line)}")


def main() -> None:
    """Write the page."""
    where = sys.argv[1] if len(sys.argv) > 1 else str(PAGE)
    if where == "-":
        sys.stdout.write(page())
    else:
        Path(where).write_text(page(), encoding="ascii")


if __name__ == "__main__":
    main()
