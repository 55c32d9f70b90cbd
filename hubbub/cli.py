"""The command line: every command, its flags, and where their values come from.

A value comes from the flag, or from the environment (`HUBBUB_TCP_PORT`), or
from `hubbub.toml` in the working directory, or is the default; in this order.
Does not know what a command does: that is imported only when it runs, so that
`--help` is quick.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter
from cyclopts.config import Env, Toml

from core import VERSION
from core.exitcodes import OK, USAGE
from hubbub.examples import shown

CONFIG_FILE = "hubbub.toml"

app = App(
    name="hubbub",
    help="One room, every door: a chat for nc, telnet, browsers, terminals and programs.",
    version=VERSION,
    help_format="plaintext",
    config=[
        Env("HUBBUB_", command=False),
        Toml(CONFIG_FILE),
        Toml(CONFIG_FILE, use_commands_as_keys=False, allow_unknown=True),
    ],
)

Host = Annotated[str, Parameter(help="Address to listen on; 0.0.0.0 or :: for every network.")]
TcpPort = Annotated[int, Parameter(help="Port for nc, telnet and programs; 0 picks a free one.")]
TelnetPort = Annotated[
    int | None,
    Parameter(help="One more port, for telnet alone; 0 picks a free one; without it, none."),
]
WebPort = Annotated[int, Parameter(help="Port for browsers; 0 picks a free one.")]
Data = Annotated[
    str | None, Parameter(help="Folder that keeps the log, or :memory: to keep nothing.")
]
KeepDays = Annotated[
    float | None, Parameter(help="Keep messages for so many days; without it, for ever.")
]
KeepMessages = Annotated[
    int | None, Parameter(help="Keep so many of each room's newest messages; without it, all.")
]
Gateways = Annotated[
    int, Parameter(help="Gateway processes beside the hub, for more cores; 0 runs both in one.")
]
Proxies = Annotated[
    tuple[str, ...],
    Parameter(help="Addresses or networks whose PROXY headers are believed.", negative=""),
]
PublicHosts = Annotated[
    tuple[str, ...],
    Parameter(help="Domain names under which browsers reach the page.", negative=""),
]
SecretFile = Annotated[
    Path | None, Parameter(help="File with the secret that gateways and the hub share.")
]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"],
    Parameter(help="What the log tells; debug: each connection's steps, never what is said."),
]
Room = Annotated[str, Parameter(help="The room.")]
Rooms = Annotated[
    tuple[str, ...],
    Parameter(help="A room; may be given again.", negative="", show_default=" ".join),
]
Target = Annotated[str, Parameter(help="[NICK@]HOST[:PORT], tcp://…, ws://… or wss://…")]
NickFlag = Annotated[str | None, Parameter(help="The name to use; without it, a guest's.")]
Log = Annotated[str | None, Parameter(help="Folder of the log: what the hub has as --data.")]
Format = Annotated[
    Literal["jsonl", "text", "markdown"],
    Parameter(
        name="--format",
        help="jsonl: the protocol's lines; text: as text mode shows it; markdown: to read.",
    ),
]
Force = Annotated[bool, Parameter(help="Replace a file that exists.", negative="")]


@app.command(help_epilogue=shown("serve"))
def serve(
    *,
    host: Host = "127.0.0.1",
    tcp_port: TcpPort = 4045,
    web_port: WebPort = 8080,
    data: Data = None,
    keep_days: KeepDays = None,
    keep_messages: KeepMessages = None,
    trusted_proxies: Proxies = (),
    public_host: PublicHosts = (),
    gateways: Gateways = 0,
    log_level: LogLevel = "info",
    telnet_port: TelnetPort = None,
) -> int:
    """Run hub and gateway in one process, or gateways in several beside the hub."""
    from hubbub.serving.serve import LogOptions, run_serve

    log = LogOptions(data, keep_days, keep_messages)
    return run_serve(
        host,
        tcp_port,
        web_port,
        log,
        trusted_proxies,
        public_host,
        gateways,
        log_level,
        telnet_port,
    )  # fmt: skip


@app.command(help_epilogue=shown("hub"))
def hub(
    *,
    host: Host = "127.0.0.1",
    tcp_port: TcpPort = 4045,
    data: Data = None,
    keep_days: KeepDays = None,
    keep_messages: KeepMessages = None,
    trusted_proxies: Proxies = (),
    secret_file: SecretFile = None,
    web_url: Annotated[
        str | None, Parameter(help="What callers who speak HTTP are told to open instead.")
    ] = None,
    log_level: LogLevel = "info",
    telnet_port: TelnetPort = None,
) -> int:
    """Run the TCP hub alone."""
    from hubbub.serving.serve import LogOptions, run_hub

    log = LogOptions(data, keep_days, keep_messages)
    return run_hub(
        host, tcp_port, log, trusted_proxies, secret_file, web_url, log_level, telnet_port
    )


@app.command(help_epilogue=shown("gateway"))
def gateway(
    *,
    hub: Annotated[str, Parameter(help="HOST:PORT of the hub.")] = "127.0.0.1:4045",
    host: Host = "127.0.0.1",
    web_port: WebPort = 8080,
    secret_file: SecretFile = None,
    public_host: PublicHosts = (),
    log_level: LogLevel = "info",
) -> int:
    """Run a gateway for browsers alone."""
    from hubbub.serving.serve import run_gateway

    return run_gateway(hub, host, web_port, secret_file, public_host, log_level)


@app.command(help_epilogue=shown("join"))
def join(
    target: Target = "127.0.0.1",
    *,
    room: Rooms = ("lobby",),
    nick: NickFlag = None,
    plain: Annotated[
        bool, Parameter(help="Plain lines even on a terminal; for screen readers.", negative="")
    ] = False,
    bell: Annotated[bool, Parameter(help="Ring when you are named or told alone.")] = True,
    links: Annotated[
        Literal["auto", "always", "never"],
        Parameter(help="Addresses to click; auto: where the terminal is known to have them."),
    ] = "auto",
) -> int:
    """Talk in one room or several, in this terminal."""
    from hubbub.clients import join_rooms
    from terminal.join import JoinOptions

    return join_rooms(target, room, nick, JoinOptions(plain, bell, links))


@app.command(help_epilogue=shown("send"))
def send(
    target: Target,
    *text: Annotated[str, Parameter(help="What to say; without it, standard input is said.")],
    room: Room = "lobby",
    nick: NickFlag = None,
    each_line: Annotated[
        bool, Parameter(help="One message for each line, not for each block.", negative="")
    ] = False,
    code: Annotated[bool, Parameter(help="Mark what is said as code.", negative="")] = False,
    file: Annotated[Path | None, Parameter(help="Say a file, as code below its name.")] = None,
    sample: Annotated[
        bool, Parameter(help="Leave lines out while the room is slower; say so.", negative="")
    ] = False,
    give_up_after: Annotated[
        float | None, Parameter(help="Seconds without a connection; without it, never.")
    ] = None,
) -> int:
    """Say something and leave, once it is kept.

    Exits with 0 if everything is kept, 1 if something was refused, 2 if the
    command line is wrong, 3 if the hub is not reachable.
    """
    from hubbub.clients import send_text
    from terminal.send import SendOptions

    options = SendOptions(each_line, code, file, sample)
    return send_text(target, text, room, nick, options, give_up_after)


@app.command(help_epilogue=shown("tail"))
def tail(
    target: Target,
    *,
    room: Rooms = ("lobby",),
    last: Annotated[int, Parameter(help="Begin with so many of the newest messages.")] = 10,
    since: Annotated[
        str | None,
        Parameter(help="A message's number, 10m (s, m, h, d) ago, or 08:30, 2026-11-25."),
    ] = None,
    match: Annotated[str | None, Parameter(help="Only what this regular expression finds.")] = None,
    color: Annotated[
        Literal["auto", "always", "never"], Parameter(help="Colours; auto: on a terminal.")
    ] = "auto",
    json: Annotated[bool, Parameter(help="Print JSON lines.", negative="")] = False,
    follow: Annotated[bool, Parameter(help="Go on printing what is said.")] = True,
) -> int:
    """Print one room or several.

    Exits with 0 if everything asked for was printed or nobody reads any more, 1
    if the hub refuses, 2 if the command line is wrong, 3 if it is not reachable.
    """
    from hubbub.clients import tail_rooms
    from terminal.tail import TailOptions

    return tail_rooms(target, room, last, since, TailOptions(json, match, color), follow=follow)


@app.command(help_epilogue=shown("doctor"))
def doctor(
    target: Annotated[str, Parameter(help="HOST[:PORT] of the hub.")] = "127.0.0.1",
    *,
    web: Annotated[
        str | None, Parameter(help="The page's address; without it, what the hub says.")
    ] = None,
    json: Annotated[bool, Parameter(help="Print JSON objects.", negative="")] = False,
    wait: Annotated[float, Parameter(help="Seconds that each answer may take.")] = 5.0,
) -> int:
    """Try every door of a hub, and tell what works.

    Exits with 0 if every door works, 1 if one does not, 2 if the command line is
    wrong, 3 if nothing is reachable at all.
    """
    from hubbub.doctor.run import run_doctor

    return run_doctor(target, web, wait, json=json)


@app.command(help_epilogue=shown("export"))
def export(
    room: Room,
    *,
    kind: Format = "text",
    data: Log = None,
    output: Annotated[
        Path | None, Parameter(help="File to write; without it, standard output.")
    ] = None,
    since: Annotated[
        str | None, Parameter(help="Begin behind a message's number, or 10m (s, m, h, d) ago.")
    ] = None,
    force: Force = False,
) -> int:
    """Write what was said in a room to a file, from the log itself.

    Run it where the hub's data folder is, while the hub runs or not.
    """
    from hubbub.maintenance import run_export

    return run_export(room, kind, data, output, since, force=force)


@app.command(help_epilogue=shown("backup"))
def backup(
    file: Annotated[Path, Parameter(help="File to write: the whole log, in one file.")],
    *,
    data: Log = None,
    force: Force = False,
) -> int:
    """Copy the log to a file, while the hub runs or not.

    To restore it, put it into an empty data folder as hubbub.sqlite3.
    """
    from hubbub.maintenance import run_backup

    return run_backup(file, data, force=force)


@app.command(help_epilogue=shown("completion"))
def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(help="The shell it is for.")],
) -> int:
    """Print what makes a shell complete commands and flags."""
    import sys

    from hubbub.completion import script

    sys.stdout.write(script(app, shell))
    return OK


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors are told in words."""
    import sys

    try:
        check_config(Path(CONFIG_FILE))
        result: Any = app(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
    except CycloptsError as problem:
        text = " ".join(str(problem).split()) or type(problem).__name__
        print(f"hubbub: {text} (hubbub --help shows what there is)", file=sys.stderr)  # noqa: T201
        return USAGE
    return result if isinstance(result, int) else OK


def check_config(file: Path) -> None:
    """Raise CycloptsError for a line of the file that no command knows."""
    if not file.is_file():
        return
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CycloptsError(msg=f"{file} is not TOML: {problem}") from problem
    everywhere = {name for flags in all_flags().values() for name in flags}
    for key, value in settings.items():
        if isinstance(value, dict):
            known = all_flags().get(key, set())
            wrong = [f"[{key}] {name}" for name in value if name.replace("-", "_") not in known]
        else:
            wrong = [] if key.replace("-", "_") in everywhere else [key]
        if wrong:
            raise CycloptsError(msg=f"{file}: there is no setting {wrong[0]}")


def all_flags() -> dict[str, set[str]]:
    """Return each command's flags, written as in the configuration file."""
    flags: dict[str, set[str]] = {}
    for name in (name for name in app if not name.startswith("-")):
        names = {
            one for argument in app[name].assemble_argument_collection() for one in argument.names
        }
        flags[name] = {
            one[2:].replace("-", "_")
            for one in names
            if one.startswith("--") and not one.startswith("--no-")
        }
    return flags
