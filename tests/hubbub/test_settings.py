"""Where values come from, as a person meets it: flags, the environment, files."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from commands import NOBODY, Ended, hubbub, parsed, running, unprivileged

from hubbub.cli import all_arguments
from hubbub.settings import BOUNDS, is_setting, variable

FREE = ("--tcp-port", "0", "--web-port", "0", "--data", ":memory:")
OFF = "127.0.0.1:1"
"""Where nobody listens."""


def bound_to(lines: Sequence[str]) -> set[str]:
    return {line.rpartition(":")[0].split()[-1].removeprefix("http://") for line in lines}


# --- nothing for something ----------------------------------------------------------------


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    empty = {variable(one): "" for some in all_arguments().values() for one in some}
    command = ("serve", "--tcp-port", "0", "--web-port", "0", "--data", ":memory:")
    with running(tmp_path, *command, ready=3, **empty) as (process, (_, tcp, web)):
        assert bound_to([tcp, web]) == {"127.0.0.1"}
        assert listening_at(process.pid) == {"127.0.0.1"}


def listening_at(pid: int) -> set[str]:
    """Return the addresses at which a process listens, as the kernel has them."""
    inodes = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()}
    found = set()
    for table, everywhere in (("tcp", "00000000"), ("tcp6", "0" * 32)):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                address = fields[1].partition(":")[0]
                known = {everywhere: "everywhere", "0100007F": "127.0.0.1"}
                found.add(known.get(address, address))
    return found


def test_every_flag_with_a_value_refuses_an_empty_one(tmp_path: Path) -> None:
    """Of a script whose variable is not set: `--host "$HOST"`."""
    needed = {"send": [OFF], "tail": [OFF], "export": ["lobby"], "backup": ["file"]}
    for command, arguments in all_arguments().items():
        if command == "completion":
            continue
        for one in arguments:
            if one.hint is bool or not one.name.startswith("--"):
                continue
            given = [] if one.index == 0 else needed.get(command, [])
            ended = parsed(tmp_path, command, *given, one.name, "")
            assert ended.returncode == 2, (command, one.name, ended)
            assert one.name in ended.stderr, (command, ended)
            assert len(ended.stderr.splitlines()) == 1
    assert parsed(tmp_path, "tail", "").returncode == 2


def test_the_ready_lines_name_all_that_listens(tmp_path: Path) -> None:
    for hosts, bound in (
        (("0.0.0.0",), {"0.0.0.0"}),
        (("::",), {"0.0.0.0", "[::]"}),
        (("127.0.0.1", "::1"), {"127.0.0.1", "[::1]"}),
    ):
        flags = [word for host in hosts for word in ("--host", host)]
        for gateways in ("0", "1"):
            command = ("serve", *flags, *FREE, "--gateways", gateways)
            with running(tmp_path, *command, ready=1 + 2 * len(bound)) as (_, (_, *lines)):
                assert bound_to(lines[: len(bound)]) == bound_to(lines[len(bound) :]) == bound


# --- numbers ------------------------------------------------------------------------------


def test_every_number_has_its_bounds() -> None:
    numbers = {
        one.name
        for some in all_arguments().values()
        for one in some
        if {int, float} & {one.hint, *getattr(one.hint, "__args__", ())}
    }
    assert numbers == BOUNDS.keys()


class Given(NamedTuple):
    """A way to say a value: the command line, the environment, a file."""

    flags: Callable[[str, str], list[str]]
    variables: Callable[[str, str], dict[str, str]]
    file: Callable[[str, str], str]


WAYS = {
    "flag": Given(lambda n, v: [f"--{n}", v], lambda n, v: {}, lambda n, v: ""),
    "variable": Given(
        lambda n, v: [],
        lambda n, v: {f"HUBBUB_{n.upper().replace('-', '_')}": v},
        lambda n, v: "",
    ),
    "file": Given(lambda n, v: [], lambda n, v: {}, lambda n, v: f'{n} = "{v}"\n'),
    "table": Given(lambda n, v: [], lambda n, v: {}, lambda n, v: f'[serve]\n{n} = "{v}"\n'),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("tcp-port", ["70000", "-1", "65536", "4045.7", "1_0", "0x50", "４０４５", "4" * 400]),
        ("web-port", ["65536", "-1"]),
        ("gateways", ["-1", "65", "1e1"]),
        ("keep-days", ["0", "-1", "nan", "inf", "1e7"]),
        ("keep-messages", ["0", "-5", "1e3", "9" * 30]),
    ],
)
def test_numbers_out_of_bounds_are_refused_by_name(
    tmp_path: Path, way: str, name: str, values: list[str]
) -> None:
    given = WAYS[way]
    # At the command line's own door one value of each kind is enough.
    for value in values if way == "flag" else values[:1]:
        (tmp_path / "hubbub.toml").write_text(given.file(name, value))
        ended = parsed(tmp_path, "serve", *given.flags(name, value), **given.variables(name, value))
        assert ended.returncode == 2
        said = ended.stderr.splitlines()[-1]
        assert said.startswith(f"hubbub: --{name} wants a ")
        assert " to " in said
        assert value in said
        assert {"flag": "", "variable": "HUBBUB_", "file": "hubbub.toml", "table": "[serve]"}[
            way
        ] in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("tail", OFF, "--last", "-1"),
        ("tail", OFF, "--last", "9" * 30),
        ("send", OFF, "x", "--give-up-after", "nan"),
        ("send", OFF, "x", "--give-up-after", "-1"),
        ("doctor", OFF, "--wait", "0"),
        ("doctor", OFF, "--wait", "inf"),
    ],
)
def test_clients_refuse_such_numbers_as_well(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = parsed(tmp_path, *arguments)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"hubbub: {arguments[-2]} wants a ")


def test_what_kubernetes_sets_is_told_apart(tmp_path: Path) -> None:
    ended = parsed(tmp_path, "hub", HUBBUB_TCP_PORT="tcp://10.0.0.1:4045")
    assert "enableServiceLinks" in ended.stderr
    links = {"HUBBUB_SERVICE_HOST": "10.0.0.1", "HUBBUB_PORT_4045_TCP": "tcp://10.0.0.1:4045"}
    assert "HUBBUB" not in parsed(tmp_path, "send", OFF, "x", **links).stderr


# --- names ---------------------------------------------------------------------------------


def test_a_variable_that_is_nearly_one_is_named(tmp_path: Path) -> None:
    ended = parsed(tmp_path, "send", OFF, "x", HUBBUB_TCP_PRT="1", HUBBUB_FILE="x")
    assert ended.returncode == 3
    first, second, _ = ended.stderr.splitlines()
    assert first == "hubbub: HUBBUB_FILE is not read: --file belongs to the command line alone"
    assert second.endswith("HUBBUB_TCP_PRT is no setting and is not read; "
                           "did you mean HUBBUB_TCP_PORT?")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tcp_prt = 1", "there is no setting tcp_prt; did you mean tcp_port?"),
        ("[serve]\nhots = 1", "there is no setting [serve] hots; did you mean host?"),
        ("[srve]\nhost = 1", "there is no setting [srve] host"),
        ('data = ["a"]', "--data (data in"),
        ("log_level = true", "wants a text or a number"),
        ("gateways = {a = 1}", "there is no setting"),
        ('host = ""', "is empty"),
        ("= x", "is not TOML"),
        ("a = " + "[" * 5000, "is not TOML"),
        ('config = "other.toml"', "config"),
    ],
)
def test_a_wrong_line_of_a_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "hubbub.toml").write_text(text)
    ended = parsed(tmp_path, "serve", *FREE[:4])
    assert ended.returncode == 2
    assert said in ended.stderr
    assert str(tmp_path / "hubbub.toml") in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


# --- files -----------------------------------------------------------------------------------


def test_the_working_directory_decides_nothing_for_a_client(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_text(
        'room = "elsewhere"\nnick = "mallory"\n[send]\nfile = "/etc/passwd"\n'
    )
    for command in (("send", OFF, "x"), ("tail", OFF), ("join", OFF), ("doctor", OFF)):
        ended = parsed(tmp_path, *command)
        assert ended.returncode == 3, ended
        assert "hubbub.toml" not in ended.stderr
    # A broken one as little.
    (tmp_path / "hubbub.toml").write_text("= x")
    assert parsed(tmp_path, "send", OFF, "x").returncode == 3


def test_a_clients_own_file_is_read(tmp_path: Path) -> None:
    for folder, found in (
        ({"HOME": str(tmp_path), "XDG_CONFIG_HOME": ""}, tmp_path / ".config"),
        ({"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "c")}, tmp_path / "c"),
    ):
        (found / "hubbub").mkdir(parents=True)
        (found / "hubbub" / "config.toml").write_text('room = "two words"\n')
        ended = parsed(tmp_path, "send", OFF, "x", **folder)
        assert (ended.returncode, "white space" in ended.stderr) == (2, True)
        # A flag and the environment win.
        assert parsed(tmp_path, "send", OFF, "x", "--room", "ops", **folder).returncode == 3
        assert parsed(tmp_path, "send", OFF, "x", HUBBUB_ROOM="ops", **folder).returncode == 3
    (tmp_path / "named.toml").write_text('[send]\nroom = "ops"\n')
    named = ("--config", "named.toml")
    assert parsed(tmp_path, "send", OFF, "x", *named, **folder).returncode == 3
    missing = parsed(tmp_path, "send", OFF, "x", "--config", "missing.toml", **folder)
    assert (missing.returncode, "missing.toml" in missing.stderr) == (2, True)


@pytest.mark.parametrize(
    "line",
    [
        '[send]\nfile = "/etc/passwd"', "[send]\ncode = true", "[send]\neach_line = true",
        '[tail]\nmatch = "x"', "[tail]\njson = true", '[send]\ntext = "x"',
        '[join]\ntarget = "evil.example"', "[backup]\nforce = true", '[export]\noutput = "x"',
        '[doctor]\nweb = "http://evil.example/"', "force = true",
    ],
)  # fmt: skip
def test_what_one_run_does_is_no_setting(tmp_path: Path, line: str) -> None:
    (tmp_path / "mine.toml").write_text(line)
    ended = parsed(tmp_path, "send", OFF, "x", "--config", "mine.toml")
    assert ended.returncode == 2
    assert "no setting" in ended.stderr


def test_no_argument_is_a_variable(tmp_path: Path) -> None:
    passwords = {"HUBBUB_FILE": "/etc/passwd", "HUBBUB_TEXT": "y", "HUBBUB_OUTPUT": "out"}
    assert parsed(tmp_path, "tail", HUBBUB_TARGET="127.0.0.1:1").returncode == 2
    ended = parsed(tmp_path, "export", "lobby", "--data", "none", **passwords)
    assert ended.returncode == 1
    for name in passwords:
        assert f"{name} is not read" in ended.stderr or f"{name} is no setting" in ended.stderr
    assert not any(
        is_setting(one)
        for some in all_arguments().values()
        for one in some
        if one.name in ("--target", "--file", "--output", "TEXT")
    )


def test_a_server_says_which_file_it_reads(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_text("tcp_port = 0\nweb_port = 0\n")
    said = f"hubbub: settings from {tmp_path / 'hubbub.toml'}"
    with running(tmp_path, "serve", "--data", "log", ready=3) as (_, (first, *_)):
        assert first == said
    (tmp_path / "other.toml").write_text('tcp_port = 0\ndata = ":memory:"')
    with running(tmp_path, "hub", "--config", "other.toml", ready=3) as (_, (first, *_)):
        assert first == f"hubbub: settings from {tmp_path / 'other.toml'}"
    assert said in hubbub(tmp_path, "export", "lobby", "--data", "log").stderr


WITHOUT_FILES = (("--version",), ("--help",), ("send", "--help"), ("completion", "bash"))


def needs_none(folder: Path) -> None:
    for command in WITHOUT_FILES:
        ended = hubbub(folder, *command)
        assert (ended.returncode, ended.stderr) == (0, ""), ended


def test_a_mark_at_the_beginning_of_a_file_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_bytes(b"\xef\xbb\xbftcp_port = 70000\n")
    assert "70000" in parsed(tmp_path, "serve").stderr
    (tmp_path / "hubbub.toml").write_bytes("tcp_port = 1".encode("utf-16"))
    assert "is not UTF-8" in parsed(tmp_path, "serve").stderr
    needs_none(tmp_path)


def test_a_folder_of_that_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").mkdir()
    for command in (("serve", *FREE), ("hub",), ("gateway",), ("export", "x"), ("backup", "x")):
        ended = parsed(tmp_path, *command)
        assert ended.returncode == 2
        assert "it is a folder" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    needs_none(tmp_path)
    assert parsed(tmp_path, "send", OFF, "x").returncode == 3


def test_a_pipe_of_that_name_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hubbub.toml")
    with running(tmp_path, "serve", *FREE, ready=3):
        pass


def test_a_file_that_cannot_be_read_stops_only_who_needs_it(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").write_text("tcp_port = 0")
    (tmp_path / "hubbub.toml").chmod(0)
    ended = unprivileged(tmp_path, "serve", *FREE)
    assert ended.returncode == 2
    assert "permission denied" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    for command in WITHOUT_FILES:
        assert unprivileged(tmp_path, *command).returncode == 0
    assert unprivileged(tmp_path, "send", OFF, "x").returncode == 3


def test_a_working_directory_that_is_closed_or_gone_stops_nobody(tmp_path: Path) -> None:
    closed, gone = tmp_path / "closed", tmp_path / "gone"
    for folder, spoil in ((closed, "chmod 000 ."), (gone, "rmdir ../gone")):
        folder.mkdir()
        for command in (*WITHOUT_FILES, ("send", OFF, "x"), ("hub", "--tcp-port", "70000")):
            ended = unprivileged(folder, *command, before=f"cd {folder} && {spoil}")
            wanted = {"send": 3, "hub": 2}.get(command[0], 0) if "--help" not in command else 0
            assert (ended.returncode, "Traceback" in ended.stderr) == (wanted, False), ended
            if folder.exists():
                folder.chmod(0o700)
            else:
                folder.mkdir()


def test_a_clients_home_that_is_somebody_elses_stops_nobody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config" / "hubbub").mkdir(parents=True)
    home.chmod(0)
    ended = unprivileged(tmp_path, "send", OFF, "x", HOME=str(home), XDG_CONFIG_HOME="")
    home.chmod(0o700)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (3, 1)


# --- a user without a home -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("serve", *FREE[:4]), 1, "--data"),
        (("hub", "--tcp-port", "0"), 1, "--data"),
        (("export", "lobby"), 1, "--data"),
        (("backup", "file"), 1, "--data"),
        (("gateway",), 1, "--secret-file"),
        (("hub", "--data", "~/log"), 1, "--data ~/log"),
        (("join", OFF), 3, "nobody listens"),
        (("send", OFF, "x"), 3, "nobody listens"),
        (("tail", OFF), 3, "nobody listens"),
        (("--version",), 0, ""),
    ],
)
def test_who_has_no_home_is_told_what_to_set(
    tmp_path: Path, command: tuple[str, ...], code: int, said: str
) -> None:
    ended = unprivileged(tmp_path, *command, uid=NOBODY, without=("HOME", "XDG_STATE_HOME"))
    assert ended.returncode == code, ended
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == bool(said)


def test_a_services_folder_is_taken(tmp_path: Path) -> None:
    folder = f"{tmp_path / 'state'}:/other"
    command = ("hub", "--tcp-port", "0")
    with running(tmp_path, *command, ready=1, STATE_DIRECTORY=folder):
        assert (tmp_path / "state" / "hubbub.sqlite3").exists()
    ended = hubbub(tmp_path, "export", "nowhere", STATE_DIRECTORY=folder)
    assert "there is no room in this log yet" in ended.stderr


# --- text ------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["--nick", "--room", "--match"])
def test_what_is_not_utf_8_is_named(tmp_path: Path, flag: str) -> None:
    command = [sys.executable, "-m", "hubbub", "tail" if flag == "--match" else "send", OFF]
    done = subprocess.run(
        [*command, flag, b"\xff"], cwd=tmp_path, input=b"", capture_output=True, check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    ended = Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert ended.returncode == 2, ended
    assert flag in ended.stderr
    assert "LANG" in ended.stderr


# --- what is said ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["- item"], "- item"),
        (["-5", "degrees"], "-5 degrees"),
        (["a", "-", "b", "-->"], "a - b -->"),
        (["--", "--help", "me"], "--help me"),
        (["--", "--rom", "--", "x"], "--rom -- x"),
        (["--room", "lobby", "- item", "--nick", "bob"], "- item"),
    ],
)
def test_text_may_begin_with_a_dash(tmp_path: Path, words: list[str], text: str) -> None:
    command = ("hub", "--tcp-port", "0", "--data", ":memory:")
    with running(tmp_path, *command, ready=2) as (_, (_, tcp)):
        at = tcp.split()[-1]
        ended = hubbub(tmp_path, "send", at, *words)
        assert (ended.returncode, ended.stderr) == (0, "")
        shown = hubbub(tmp_path, "tail", at, "--no-follow").stdout
        assert shown.endswith(f"> {text}\n")


def test_a_misspelt_flag_is_not_said_to_everybody(tmp_path: Path) -> None:
    ended = parsed(tmp_path, "send", OFF, "hello", "--rom", "ops")
    assert ended.returncode == 2
    assert "did you mean --room? To say it, write -- before" in ended.stderr
    # Nothing to say is no error.
    command = ("hub", "--tcp-port", "0", "--data", ":memory:")
    with running(tmp_path, *command, ready=2) as (_, (_, tcp)):
        ended = parsed(tmp_path, "send", tcp.split()[-1], "")
        assert (ended.returncode, ended.stderr) == (0, "")
