"""Settings: values of flags that come from the environment or a file as well.

A flag wins over the environment, that over the command's own table in the file,
and that over the file's first lines. Servers, and what works on their log, read
`hubbub.toml` in the working directory and say so. Clients read the user's own
file: a folder that somebody else has made must not decide what they send, and
where to. Arguments, and flags that say what one run does, are no settings.

Does not know what a value means, beyond the bounds of numbers.
"""

import difflib
import inspect
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, get_origin

from cyclopts import CycloptsError, Token
from cyclopts.argument import Argument, ArgumentCollection

from core.folders import config_folder
from hubbub import strings
from hubbub.serving.restarts import MOST_GATEWAYS
from hubbub.settingsfile import BadSetting, Found, SettingsFile

PREFIX: Final = "HUBBUB_"

SERVERS: Final = frozenset({"serve", "hub", "gateway", "export", "backup", "passphrase"})
"""Those for whom the working directory is the operator's: servers, and what reads their log."""

CONFIG: Final = "config"
"""The command that shows what others would read."""

PER_USE: Final = frozenset(
    {
        "--file", "--output", "--force", "--since", "--match", "--each-line", "--code",
        "--sample", "--json", "--follow", "--web", "--renew", "--set",
    }
)  # fmt: skip
"""What is done this time. In a file, such a thing would be done without being asked for."""

SECRETS: Final = frozenset({"--passphrase"})
"""What everybody on the machine could read on a command line."""

TEXT: Final = "TEXT"
"""What is said: the one value that may be empty."""

PATHS: Final = frozenset(
    {"--data", "--file", "--output", "--secret-file", "--config", "--passphrase-file"}
)
"""Names of files are bytes to the system, UTF-8 or not."""

LARGEST: Final = 10**12
"""More than a room will ever have, and small enough for every place that counts."""


_LIKE_A_FLAG: Final = re.compile(r"--?[A-Za-z][\w-]*(=.*)?", re.DOTALL)


class Bounds(NamedTuple):
    """What a number may be; `above` its lowest, if that itself is none."""

    lowest: float
    highest: float
    whole: bool = True
    above: bool = False

    @property
    def wanted(self) -> str:
        """Return it in words."""
        if self.above:
            return f"a number above {self.lowest:.0f} and up to {self.highest:.0f}"
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.lowest:.0f} to {self.highest:.0f}"

    def hold(self, value: str) -> bool:
        """Tell whether a number as it was written is within them."""
        # Not int() alone, which takes other scripts' digits and underscores.
        if not re.fullmatch(_WHOLE if self.whole else _NUMBER, value):
            return False
        number = float(value)
        low = number > self.lowest if self.above else number >= self.lowest
        return low and number <= self.highest


_WHOLE: Final = r"[+-]?[0-9]{1,18}"
_NUMBER: Final = r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"

PORT: Final = Bounds(0, 65535)
BOUNDS: Final[Mapping[str, Bounds]] = {
    "--tcp-port": PORT,
    "--web-port": PORT,
    "--telnet-port": PORT,
    "--port": Bounds(1, 65535),
    "--keep-days": Bounds(0, 1e6, whole=False, above=True),
    "--keep-messages": Bounds(1, LARGEST),
    "--gateways": Bounds(0, MOST_GATEWAYS),
    "--last": Bounds(0, LARGEST),
    "--give-up-after": Bounds(0, 1e9, whole=False),
    "--wait": Bounds(0, 1e6, whole=False, above=True),
}
"""Every flag that is a number."""

_SERVICE: Final = re.compile(rf"{PREFIX}(\w+_)?SERVICE_(HOST|PORT\w*)")
"""What Kubernetes sets for services whose names begin with `hubbub`."""


class Settings:
    """Where cyclopts asks for what the command line does not say."""

    def __init__(self, flags: Callable[[], Mapping[str, list[Argument]]]) -> None:
        """`flags` gives every command with its arguments."""
        self._flags = flags
        self.whole_line: tuple[str, ...] = ()
        """The command line, which tells what stood behind `--`."""

    def __call__(self, app: Any, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
        """Fill in what was not given, and check all; raise BadSetting."""
        if not commands:
            return
        (command, *_) = commands
        for argument in arguments:
            _check(argument)
            if argument.name == TEXT:
                self._check_text(argument)
        for text in self._strange_variables():
            _tell(text)
        found = _file(command, arguments)
        table = {} if found is None else found.for_command(command, self._known())
        for argument in arguments:
            if argument.tokens or not is_setting(argument):
                continue
            tokens = _from_environment(argument)
            if not tokens and found is not None and key(argument) in table:
                tokens = _from_file(argument, *table[key(argument)])
            for token in tokens:
                argument.append(token)
            _check(argument)
        if found is not None and command in SERVERS:
            _tell(strings.settings_from(found.name))

    def _check_text(self, argument: Argument) -> None:
        """Refuse a misspelt flag, which would be said to everybody; raise BadSetting.

        What begins with a dash and cannot be a flag is text, as is all behind `--`.
        """
        line = self.whole_line
        behind = line[line.index("--") + 1 :] if "--" in line else ()
        before = argument.tokens[: len(argument.tokens) - len(behind)]
        for token in before:
            if _LIKE_A_FLAG.fullmatch(token.value):
                flags = {one.name for one in self._flags()["send"] if one.name.startswith("--")}
                close = nearest(token.value.partition("=")[0], flags)
                raise BadSetting(msg=strings.not_a_flag(token.value, close))

    def _known(self) -> dict[str, dict[str, bool]]:
        """Return, for each command, every flag's key and whether it is a setting."""
        return {
            command: {
                key(one): is_setting(one) and one.name != "--config"
                for one in arguments
                if _is_flag(one)
            }
            for command, arguments in self._flags().items()
        }

    def _strange_variables(self) -> Iterator[str]:
        """Give a sentence for each variable that looks like a setting and is none."""
        ours = [name for name in os.environ if name.startswith(PREFIX) and os.environ[name].strip()]
        if not ours:
            return
        arguments = [one for some in self._flags().values() for one in some]
        settings = {variable(one) for one in arguments if is_setting(one)}
        others = {variable(one): one.name for one in arguments if variable(one) not in settings}
        for name in sorted(set(ours) - settings):
            if _SERVICE.fullmatch(name) or re.match(r"(tcp|udp)://", os.environ[name]):
                continue
            if name in others:
                yield strings.per_use_variable(name, others[name])
            else:
                yield strings.unknown_variable(name, nearest(name, settings))


def parsed_value(argument: Argument) -> Any:
    """Return what the tokens of an argument mean; raise CycloptsError for what they cannot."""
    try:
        value = argument.convert_and_validate()
    except CycloptsError as problem:
        problem.verbose = False  # as when a command is run
        raise
    return list(value) if isinstance(value, tuple) else value


def is_setting(argument: Argument) -> bool:
    """Tell whether the environment and files may say it, too."""
    return _is_flag(argument) and argument.name not in PER_USE


def key(argument: Argument) -> str:
    """Return its name in a file, such as `tcp_port`."""
    return argument.name.removeprefix("--").replace("-", "_")


def variable(argument: Argument) -> str:
    """Return its name in the environment, such as `HUBBUB_TCP_PORT`."""
    return PREFIX + key(argument).upper()


def nearest(name: str, names: set[str]) -> str | None:
    """Return the name that somebody may have meant."""
    return next(iter(difflib.get_close_matches(name, sorted(names), 1)), None)


def _is_flag(argument: Argument) -> bool:
    return argument.field_info.kind is inspect.Parameter.KEYWORD_ONLY


def _is_switch(argument: Argument) -> bool:
    return argument.hint is bool


def _takes_many(argument: Argument) -> bool:
    return get_origin(argument.hint) is tuple


def _from_environment(argument: Argument) -> list[Token]:
    name = variable(argument)
    value = os.environ.get(name, "")
    # Set and empty is what `HUBBUB_HOST=${HOST}` gives where there is no HOST.
    values = value.split() if _takes_many(argument) else [value] if value.strip() else []
    return _tokens(values, name, name)


def _from_file(argument: Argument, value: Any, place: str) -> list[Token]:
    where = f" ({place})"
    if isinstance(value, list) and not _takes_many(argument):
        raise BadSetting(msg=strings.wants_one(argument.name, where))
    tokens = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, bool) != _is_switch(argument):
            wrong = strings.wants_truth if _is_switch(argument) else strings.wants_text
            raise BadSetting(msg=wrong(argument.name, where))
        if not isinstance(one, str | int | float):
            raise BadSetting(msg=strings.wants_text(argument.name, where))
        tokens.append(str(one))
    return _tokens(tokens, place, place)


def _tokens(values: list[str], keyword: str, source: str) -> list[Token]:
    return [
        Token(keyword=keyword, value=value, source=source, index=number)
        for number, value in enumerate(values)
    ]


def _check(argument: Argument) -> None:
    """Raise BadSetting for a value that cannot be, in words that name flag and source."""
    name = argument.name
    for token in argument.tokens:
        if name in SECRETS and token.source == "cli":
            raise BadSetting(msg=strings.NOT_ON_THE_LINE)
        where = "" if token.source == "cli" else f" ({token.source})"
        if name == TEXT or _is_switch(argument):
            continue
        if not token.value.strip():
            raise BadSetting(msg=strings.empty(name, where))
        if name not in PATHS and not _is_text(token.value):
            raise BadSetting(msg=strings.not_utf8(name + where))
        bounds = BOUNDS.get(name)
        if bounds is not None and not bounds.hold(token.value):
            if re.match(r"(tcp|udp)://", token.value):
                where += strings.from_kubernetes(token.source)
            raise BadSetting(msg=strings.wants_number(name, bounds.wanted, token.value, where))


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _file(command: str, arguments: ArgumentCollection) -> Found | None:
    """Return the settings of a file, if there is one; raise BadSetting."""
    said = next((one for one in arguments if one.name == "--config"), None)
    if said is None or command == CONFIG:  # this command has no settings of its own
        return None
    asked = said.tokens[-1].value if said.tokens else os.environ.get(variable(said), "")
    if asked:
        return SettingsFile(Path(asked)).read()
    if command in SERVERS:
        return SettingsFile(Path(FILE_NAME), optional=True, tell=_tell).read()
    folder = config_folder(os.environ)
    return SettingsFile(folder / USER_FILE, optional=True).read() if folder else None


FILE_NAME: Final = "hubbub.toml"
USER_FILE: Final = "config.toml"


def _tell(text: str) -> None:
    from core.text.complaints import complain

    complain(text)
