"""The command line: every command, its flags, and where their values come from.

Where values come from is in `hubbub/settings.py`. Does not know what a command
does: that is imported only when it runs, so that `--help` is quick.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter
from cyclopts.argument import Argument

from core import VERSION
from core.exitcodes import FAILED, INTERRUPTED, OK, USAGE
from hubbub import strings
from hubbub.examples import shown
from hubbub.habits import as_meant, with_port
from hubbub.settings import Settings
from hubbub.settingsfile import BadSetting
from hubbub.standard import flush_output, not_written

settings = Settings(lambda: all_arguments())

app = App(
    name="hubbub",
    help="One room, every door: a chat for nc, telnet, browsers, terminals and programs.",
    version=VERSION,
    help_format="plaintext",
    config=[settings],
)

Hosts = Annotated[
    tuple[str, ...],
    Parameter(
        help="Address to listen on; :: for every network, 0.0.0.0 for those of IPv4. Repeatable.",
        negative="",
        show_default=" ".join,
    ),
]
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
Target = Annotated[
    str, Parameter(help="[NICK@]HOST[:PORT], tcp://…, ws://…, wss://…, or the page's address")
]
Port = Annotated[
    int | None, Parameter(name=["--port", "-p"], help="The port, where the address has none.")
]
NickFlag = Annotated[str | None, Parameter(help="The name to use; without it, a guest's.")]
Log = Annotated[str | None, Parameter(help="Folder of the log: what the hub has as --data.")]
Format = Annotated[
    Literal["jsonl", "text", "markdown"],
    Parameter(
        name="--format",
        help="jsonl: the protocol's lines; text: as text mode shows it; markdown: to read.",
    ),
]
ConfigFile = Annotated[Path | None, Parameter(help="File with settings, in TOML.")]
AccessFlag = Annotated[
    Literal["open", "passphrase"] | None,
    Parameter(
        name="--access",
        help="Who may come in: open to all, or who knows the passphrase. Without it, open on "
        "this machine alone, passphrase beyond.",
    ),
]
Passphrase = Annotated[str | None, Parameter(name="--passphrase", show=False)]
PassphraseFile = Annotated[
    Path | None, Parameter(help="File with the passphrase that the hub asks for.")
]
Authorities = Annotated[
    Path | None,
    Parameter(name="--ca", help="Authorities in PEM to believe, in place of the system's."),
]
Pin = Annotated[
    str | None,
    Parameter(name="--pin", help="SHA-256 of the one certificate to believe, in hexadecimal."),
]
TlsCert = Annotated[
    Path | None,
    Parameter(help="Certificate in PEM, with those of its issuers: serves TLS and https."),
]
TlsKey = Annotated[
    Path | None, Parameter(help="Its key in PEM; without it, in the certificate's file.")
]
TlsOnly = Annotated[
    bool, Parameter(help="Serve nobody without TLS, beyond this machine.", negative="")
]
MetricsTokenFile = Annotated[
    Path | None,
    Parameter(help="File with the token for /metrics; without it, only this machine may read it."),
]
Force = Annotated[bool, Parameter(help="Replace a file that exists.", negative="")]


@app.command(help_epilogue=shown("serve"))
def serve(
    *,
    host: Hosts = ("127.0.0.1",),
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
    access: AccessFlag = None,
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    metrics_token_file: MetricsTokenFile = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    tls_only: TlsOnly = False,
    config: ConfigFile = None,
) -> int:
    """Run hub and gateway in one process, or gateways in several beside the hub."""
    from hubbub.serving.access import AccessOptions
    from hubbub.serving.certificates import TlsOptions
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
        AccessOptions(access, passphrase, passphrase_file),
        metrics_token_file,
        TlsOptions(tls_cert, tls_key, tls_only),
    )  # fmt: skip


@app.command(help_epilogue=shown("hub"))
def hub(
    *,
    host: Hosts = ("127.0.0.1",),
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
    access: AccessFlag = None,
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    tls_only: TlsOnly = False,
    config: ConfigFile = None,
) -> int:
    """Run the TCP hub alone."""
    from hubbub.serving.access import AccessOptions
    from hubbub.serving.certificates import TlsOptions
    from hubbub.serving.serve import LogOptions, run_hub

    log = LogOptions(data, keep_days, keep_messages)
    return run_hub(
        host,
        tcp_port,
        log,
        trusted_proxies,
        secret_file,
        web_url,
        log_level,
        telnet_port,
        AccessOptions(access, passphrase, passphrase_file),
        TlsOptions(tls_cert, tls_key, tls_only),
    )  # fmt: skip


@app.command(help_epilogue=shown("gateway"))
def gateway(
    *,
    hub: Annotated[str, Parameter(help="HOST:PORT of the hub.")] = "127.0.0.1:4045",
    host: Hosts = ("127.0.0.1",),
    web_port: WebPort = 8080,
    secret_file: SecretFile = None,
    public_host: PublicHosts = (),
    log_level: LogLevel = "info",
    metrics_token_file: MetricsTokenFile = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    config: ConfigFile = None,
) -> int:
    """Run a gateway for browsers alone."""
    from hubbub.serving.certificates import TlsOptions
    from hubbub.serving.serve import run_gateway

    return run_gateway(
        hub, host, web_port, secret_file, public_host, log_level, metrics_token_file,
        TlsOptions(tls_cert, tls_key),
    )  # fmt: skip


@app.command(help_epilogue=shown("join"))
def join(
    target: Target = "127.0.0.1",
    *,
    room: Rooms = ("lobby",),
    nick: NickFlag = None,
    port: Port = None,
    plain: Annotated[
        bool, Parameter(help="Plain lines even on a terminal; for screen readers.", negative="")
    ] = False,
    bell: Annotated[bool, Parameter(help="Ring when you are named or told alone.")] = True,
    links: Annotated[
        Literal["auto", "always", "never"],
        Parameter(help="Addresses to click; auto: where the terminal is known to have them."),
    ] = "auto",
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    ca: Authorities = None,
    pin: Pin = None,
    config: ConfigFile = None,
) -> int:
    """Talk in one room or several, in this terminal."""
    from hubbub.clients import Given, join_rooms
    from terminal.join import JoinOptions

    options = JoinOptions(plain, bell, links)
    return join_rooms(
        with_port(target, port), room, nick, options, Given(passphrase, passphrase_file, ca, pin)
    )


@app.command(help_epilogue=shown("send"))
def send(
    target: Target,
    *text: Annotated[
        str,
        Parameter(
            help="What to say; without it, standard input is said.", allow_leading_hyphen=True
        ),
    ],
    room: Room = "lobby",
    nick: NickFlag = None,
    port: Port = None,
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
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    ca: Authorities = None,
    pin: Pin = None,
    config: ConfigFile = None,
) -> int:
    """Say something and leave, once it is kept.

    Exits with 0 if everything is kept, 1 if something was refused, 2 if the
    command line is wrong, 3 if the hub is not reachable.
    """
    from hubbub.clients import Given, send_text
    from terminal.send import SendOptions

    options = SendOptions(each_line, code, file, sample)
    return send_text(
        with_port(target, port), text, room, nick, options, give_up_after,
        Given(passphrase, passphrase_file, ca, pin),
    )  # fmt: skip


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
    port: Port = None,
    match: Annotated[str | None, Parameter(help="Only what this regular expression finds.")] = None,
    color: Annotated[
        Literal["auto", "always", "never"], Parameter(help="Colours; auto: on a terminal.")
    ] = "auto",
    json: Annotated[bool, Parameter(help="Print JSON lines.", negative="")] = False,
    follow: Annotated[bool, Parameter(help="Go on printing what is said.")] = True,
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    ca: Authorities = None,
    pin: Pin = None,
    config: ConfigFile = None,
) -> int:
    """Print one room or several.

    Exits with 0 if everything asked for was printed or nobody reads any more, 1
    if the hub refuses, 2 if the command line is wrong, 3 if it is not reachable.
    """
    from hubbub.clients import Given, tail_rooms
    from terminal.tail import TailOptions

    options = TailOptions(json, match, color)
    return tail_rooms(
        with_port(target, port), room, last, since, options,
        Given(passphrase, passphrase_file, ca, pin), follow=follow,
    )  # fmt: skip


@app.command(help_epilogue=shown("doctor"))
def doctor(
    target: Annotated[str, Parameter(help="HOST[:PORT] of the hub.")] = "127.0.0.1",
    *,
    web: Annotated[
        str | None, Parameter(help="The page's address; without it, what the hub says.")
    ] = None,
    json: Annotated[bool, Parameter(help="Print JSON objects.", negative="")] = False,
    wait: Annotated[float, Parameter(help="Seconds that each answer may take.")] = 5.0,
    passphrase: Passphrase = None,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> int:
    """Try every door of a hub, and tell what works.

    Exits with 0 if every door works, 1 if one does not, 2 if the command line is
    wrong, 3 if nothing is reachable at all.
    """
    from hubbub.clients import Given, with_what_was
    from hubbub.doctor.run import run_doctor

    return with_what_was(
        Given(passphrase, passphrase_file),
        lambda given, _: run_doctor(target, web, wait, json=json, passphrase=given),
    )


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
    config: ConfigFile = None,
) -> int:
    """Write what was said in a room to a file, from the log itself.

    Run it where the hub's data folder is, while the hub runs or not.
    """
    from hubbub.maintenance import run_export

    return run_export(room, kind, data, output, since, force=force)


@app.command(help_epilogue=shown("passphrase"))
def passphrase(
    *,
    renew: Annotated[bool, Parameter(help="Make another one.", negative="")] = False,
    set_own: Annotated[
        bool, Parameter(name="--set", help="Take one from standard input.", negative="")
    ] = False,
    data: Log = None,
    passphrase_file: PassphraseFile = None,
    config: ConfigFile = None,
) -> int:
    """Show the passphrase of a hub, or change it; a running hub asks everybody for the new one."""
    from hubbub.passphrases import run_passphrase

    return run_passphrase(data, passphrase_file, renew=renew, set_own=set_own)


@app.command(help_epilogue=shown("backup"))
def backup(
    file: Annotated[Path, Parameter(help="File to write: the whole log, in one file.")],
    *,
    data: Log = None,
    force: Force = False,
    config: ConfigFile = None,
) -> int:
    """Copy the log to a file, while the hub runs or not.

    To restore it, put it into an empty data folder as hubbub.sqlite3.
    """
    from hubbub.maintenance import run_backup

    return run_backup(file, data, force=force)


@app.command(help_epilogue=shown("config"))
def config(
    command: Annotated[
        Literal[
            "serve", "hub", "gateway", "join", "send", "tail", "doctor", "export", "backup",
            "passphrase",
        ],
        Parameter(help="Whose settings."),
    ] = "serve",
    /,
    *,
    json: Annotated[bool, Parameter(help="Print JSON objects.", negative="")] = False,
    config: ConfigFile = None,
) -> int:  # fmt: skip
    """Show every setting of a command, its value and where it came from.

    Exits with 2 if one of them is wrong, and says which.
    """
    from hubbub.configuration import run_config

    return run_config(settings, app, command, config, no_output, as_json=json)


@app.command(help_epilogue=shown("completion"))
def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(help="The shell it is for.")],
) -> int:
    """Print what makes a shell complete commands and flags."""
    from hubbub.completion import script

    if sys.stdout is None:
        return no_output()
    sys.stdout.write(script(app, shell))
    return flush_output()


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors are told in words."""
    settings.whole_line = tuple(arguments)
    try:
        result: Any = app(
            as_meant(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit:
        # How the library that draws help says that nobody reads it any more.
        return OK
    except CycloptsError as problem:
        text = " ".join(str(problem).split()) or type(problem).__name__
        # Those of our own say what to do.
        _complain(text if isinstance(problem, BadSetting) else f"{text} {strings.MORE}")
        return USAGE
    except OSError as problem:
        # A command tells of its own files; what is left is help, and its output.
        return not_written(problem)
    if isinstance(result, int):
        return result
    return no_output() if sys.stdout is None else flush_output()


def no_output() -> int:
    """Complain that nothing can be shown; return the exit code."""
    _complain(strings.NO_STANDARD_OUTPUT)
    return FAILED


def _complain(text: str) -> None:
    from core.text.complaints import complain

    complain(text)


def all_arguments() -> dict[str, list[Argument]]:
    """Return each command with its arguments."""
    return {
        name: list(app[name].assemble_argument_collection())
        for name in app
        if not name.startswith("-")
    }


def all_flags() -> dict[str, set[str]]:
    """Return each command's flags, written as in the file of settings."""
    return {
        command: {
            name[2:].replace("-", "_")
            for one in arguments
            for name in one.names
            if name.startswith("--") and not name.startswith("--no-")
        }
        for command, arguments in all_arguments().items()
    }
