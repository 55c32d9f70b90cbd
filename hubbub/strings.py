"""What the command says to people, in one place, to be read through and translated.

Sentences and what they are filled with, no decision. What a flag is for stands
here too; what a command does is its function's docstring in `hubbub/cli.py`.
"""

import errno
import socket
from collections.abc import Sequence
from typing import Final

# --- the command line and its settings ---------------------------------------------------

MORE: Final = "(hubbub --help shows what there is)"

NO_STANDARD_OUTPUT: Final = "standard output is closed, and nothing can be shown"


def cannot_show(why: str) -> str:
    return f"cannot write to standard output: {why}"


def empty(flag: str, where: str) -> str:
    return f"{flag}{where} is empty; give it a value, or leave it out"


def not_a_flag(value: str, nearest: str | None) -> str:
    better = f"; did you mean {nearest}?" if nearest else "."
    return f"there is no flag {value}{better} To say it, write -- before the text"


def not_utf8(flag: str) -> str:
    return f"{flag} is not UTF-8; type it anew, in a terminal whose locale is (LANG, LC_ALL)"


def wants_number(flag: str, wanted: str, value: str, where: str) -> str:
    return f'{flag} wants {wanted}, not "{value}"{where}'


def from_kubernetes(variable: str) -> str:
    return (
        f"; Kubernetes sets {variable} for a service of that name: set enableServiceLinks to "
        "false, or give the flag"
    )


def wants_one(flag: str, where: str) -> str:
    return f"{flag}{where} takes one value, not a list"


def wants_truth(flag: str, where: str) -> str:
    return f"{flag}{where} wants true or false"


def wants_text(flag: str, where: str) -> str:
    return f"{flag}{where} wants a text or a number"


def unknown_variable(name: str, nearest: str | None) -> str:
    return f"{name} is no setting and is not read" + _instead(nearest)


def per_use_variable(name: str, flag: str) -> str:
    return f"{name} is not read: {flag} belongs to the command line alone"


def no_setting(place: str, key: str, nearest: str | None) -> str:
    return f"{place}: there is no setting {key}" + _instead(nearest)


def per_use_setting(place: str, key: str, flag: str) -> str:
    return f"{place}: {key} is no setting, since {flag} belongs to the command line alone"


def _instead(nearest: str | None) -> str:
    return f"; did you mean {nearest}?" if nearest else ""


def not_toml(file: str, why: str) -> str:
    return f"{file} is not TOML: {why}"


def file_not_utf8(file: str) -> str:
    return f"{file} is not UTF-8; save it as UTF-8"


def cannot_read_settings(file: str, why: str) -> str:
    return f"the settings in {file} cannot be read: {why}. Correct that, or name a file by --config"


def settings_not_sought(why: str) -> str:
    return f"no hubbub.toml is looked for in the working directory: {why}"


def settings_from(file: str) -> str:
    return f"settings from {file}"


# --- servers ------------------------------------------------------------------------------

NOTHING_KEPT: Final = "nothing is kept on disk: when this stops, every message is gone"

NO_GATEWAYS_HERE: Final = (
    "--gateways needs SO_REUSEPORT, which this system does not have. Run `hubbub hub` and "
    "as many `hubbub gateway` as you want, each with a --web-port of its own, behind a "
    "proxy that shares browsers out."
)

NO_FOLDER: Final = (
    "there is no folder for the log, since this user has no home: name one with --data, or set HOME"
)

WHERE_IS_THE_FILE: Final = (
    "this user has no home, where the hub's secret would be: name its file with --secret-file"
)


def listening_tcp(place: str) -> str:
    return f"listening tcp {place}"


def listening_telnet(place: str) -> str:
    return f"listening telnet {place}"


def listening_web(place: str, *, secure: bool = False) -> str:
    return f"listening web http{'s' * secure}://{place}/"


def cannot_listen(number: int, host: str, port: int, words: str, flag: str) -> str:
    """Say why nobody can listen there, by the error's number; `flag` is that of the port."""
    what = {
        errno.EADDRINUSE: (
            f"another program has port {port} there. Stop it, or give another {flag}"
        ),
        errno.EACCES: (
            f"this user may not have port {port}. Give a {flag} from 1024 on, or the "
            "right to bind lower ones"
        ),
        errno.EADDRNOTAVAIL: (
            "this machine has no such address. Give one of its own with --host, or 0.0.0.0 or :: "
            "for all of them"
        ),
        socket.EAI_NONAME: f"{words}. Give an address of this machine with --host",
    }.get(number, f"{words} (--host, {flag})")
    bare = f"[{host}]" if ":" in host else host
    place = bare if number == socket.EAI_NONAME else f"{bare}:{port}"
    return f"cannot listen at {place}: {what}."


def cannot_start(why: str) -> str:
    return f"cannot start: {why}"


def interrupted(why: str) -> str:
    return f"{why}; nothing is lost"


def no_home(folder: str) -> str:
    return f"--data {folder}: this user has no home; name the folder from / on, or set HOME"


def cannot_read_secret(file: str, why: str) -> str:
    return (
        f"cannot read the hub's secret {file}: {why}. Copy it from the hub's data folder and name "
        "it with --secret-file."
    )


def empty_secret(file: str) -> str:
    return f"the secret file {file} is empty. Copy it from the hub's data folder."


def not_a_hub(value: str) -> str:
    return f"--hub wants HOST:PORT, such as 127.0.0.1:4045, not {value}"


def not_a_page(value: str) -> str:
    return f"--web-url wants the page's address, such as https://chat.example.org/, not {value}"


def not_a_public_host(value: str, instead: str | None = None) -> str:
    better = f"; write {instead}" if instead else ""
    return f"--public-host wants a host's name, such as chat.example.org, not {value}{better}"


def no_pattern(value: str) -> str:
    return f"--public-host takes whole names, no patterns: name each host that {value} stands for"


def not_one_ascii_form(value: str) -> str:
    return f"--public-host {value}: write it as browsers do, in its form that begins with xn--"


STOPPED_AT_START: Final = "stopped while the gateways were started"

# --- send ----------------------------------------------------------------------------------

LINES_OR_CODE: Final = "a line alone cannot be a block of code: --each-line or --code"


def for_lines(flag: str) -> str:
    return f"{flag} is for an input of lines; leave out the text"


# --- export, backup ------------------------------------------------------------------------

NO_OUTPUT_FOR_TRANSCRIPT: Final = "standard output is closed; name a file with --output"
NO_ROOM_YET: Final = "there is no room in this log yet"
NO_LOG_IN_MEMORY: Final = "a hub with --data :memory: keeps no log"


def cannot_write(why: str) -> str:
    return f"cannot write: {why}"


def no_such_room(room: str, rooms: Sequence[str], more: int) -> str:
    others = f" and {more:,} more" if more else ""
    return f"there is no room {room} in this log; there are {', '.join(rooms)}{others}"


def exporting(room: str) -> str:
    return f"export of {room}"


def exported(messages: int, room: str, file: str) -> str:
    return f"wrote {_number(messages, 'message')} of {room} to {file}"


def not_in_transcript(gap: str, room: str) -> str:
    return f"{gap} in {room}, and not in this transcript"


def the_log_itself(file: str) -> str:
    return f"{file} is the log itself; name another file"


def backed_up(messages: int, rooms: int, size_bytes: int, file: str) -> str:
    return (
        f"wrote {_number(messages, 'message')} of {_number(rooms, 'room')}, {size_bytes:,} bytes, "
        f"to {file}"
    )


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


# --- the Python client -----------------------------------------------------------------------


def other_core(where: str | None) -> str:
    return (
        f"Hubbub's package `core` is hidden by another one of that name ({where}): rename that, "
        "or run the program from another folder"
    )


# --- who may come in --------------------------------------------------------------

OPEN_WITH_PASSPHRASE: Final = (
    "--access open asks nobody, and a passphrase is set; leave one of them out"
)
TWO_PASSPHRASES: Final = (
    "a passphrase is set, and --passphrase-file names another; leave one of them out"
)
PASSPHRASE_CHANGED: Final = "the passphrase has changed; everybody is asked for the new one"
NOT_ON_THE_LINE: Final = (
    "a passphrase on the command line can be read by everybody on this machine; put it into a "
    "file for --passphrase-file, or into HUBBUB_PASSPHRASE"
)
NO_PASSPHRASE_YET: Final = (
    "this hub has no passphrase; it makes one when it listens beyond this machine, or with "
    "--access passphrase, and `hubbub passphrase --renew` makes one now"
)
PASSPHRASE_TWICE: Final = "that were two different ones; nothing was changed"
NOT_UTF8: Final = "it is not UTF-8"
PASSPHRASE_NOT_UTF8: Final = "a passphrase is text in UTF-8; nothing was changed"
NO_PASSPHRASE_IN_MEMORY: Final = (
    "a hub with --data :memory: keeps no passphrase, and shows the one it made on its terminal; "
    "give it one in HUBBUB_PASSPHRASE, or with --passphrase-file"
)
RENEW_OR_SET: Final = "--renew makes one, --set takes yours; give one of them"
NEW_PASSPHRASE: Final = "New passphrase: "
NEW_PASSPHRASE_AGAIN: Final = "The same once more: "


def made_passphrase(file: str) -> str:
    """Say where it is kept: whoever starts a hub has to know, and the log does not."""
    return f"made a passphrase, kept in {file}; `hubbub passphrase` with the same --data shows it"


def no_passphrase_file(file: str) -> str:
    """Name the file that was asked for."""
    return f"there is no {file}, which --passphrase-file names"


def passphrase_file_gone(file: str) -> str:
    """Say what holds while it is."""
    return f"{file} is gone; the passphrase that it had is asked for as before"


def cannot_read_passphrase(file: str, words: str) -> str:
    """Name the file, and what the system says."""
    return f"cannot use {file}, which keeps the passphrase: {words}"


def cannot_read_token(file: str, words: str) -> str:
    """Name the file, and what the system says."""
    return f"cannot read {file}, which --metrics-token-file names: {words}"


def short_token(file: str, least: int) -> str:
    """Say what is wanted, and one way to make it."""
    return f"{file} holds no token: it wants {least} bytes or more (openssl rand -hex 24 > {file})"


# --- TLS ----------------------------------------------------------------------------

KEY_WITHOUT_CERTIFICATE: Final = "--tls-key names a key; --tls-cert names its certificate"
TLS_ONLY_WITHOUT_CERTIFICATE: Final = (
    "--tls-only serves nothing but TLS, for which --tls-cert has to name a certificate"
)


def certificate_kept(problem: str) -> str:
    """Say that a renewal has failed, and what is served."""
    return f"{problem}; the certificate that was read before is served on"


def new_certificate(sha256: str) -> str:
    """Name it as clients that pin one do."""
    return f"serves another certificate from now on, SHA-256 {sha256}"


NOT_SHOWN: Final = "(set, not shown)"
