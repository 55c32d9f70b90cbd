"""Lines from pipes and command lines: posted whole, and the program ends."""

import subprocess

import pytest
from real_clients import Keep, Program, hubbub
from real_processes import PATIENCE_S, ServedHub, once, tool

NC = 'nc -N 127.0.0.1 "$PORT"'


def shell(hub: ServedHub, script: str) -> "subprocess.CompletedProcess[str]":
    """Run a line as a person would in bash; it has to end by itself."""
    return subprocess.run(
        [tool("bash"), "-c", script], capture_output=True, text=True, timeout=PATIENCE_S,
        stdin=subprocess.DEVNULL, check=False, env={"PORT": str(hub.tcp_port), "LC_ALL": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip


def watch(hub: ServedHub, keep: Keep) -> Program:
    watcher = keep(Program(hub, "watcher"))
    watcher.event("members")
    return watcher


def spoken(hub: ServedHub, watcher: Program) -> list[str]:
    """Return every line that was said until now, however it was gathered."""
    end = once("that is all ")
    shell(hub, f"echo {end} | {NC}")
    watcher.sees(end)
    return "\n".join(watcher.said()).split("\n")[:-1]


@pytest.mark.parametrize(
    ("needs", "script"),
    [
        ("nc", f"printf 'one\\ntwo' | {NC}"),
        ("nc", f"printf 'one\\r\\ntwo\\r\\n' | {NC}"),
        ("socat", "printf 'one\\ntwo\\n' | socat -t 5 - TCP:127.0.0.1:$PORT"),
        ("bash", "printf 'one\\ntwo\\n' > /dev/tcp/127.0.0.1/$PORT"),
    ],
)
def test_a_pipe_posts_every_line_and_ends(
    served: ServedHub, keep: Keep, needs: str, script: str
) -> None:
    tool(needs)
    watcher = watch(served, keep)
    done = shell(served, script)
    assert done.returncode == 0, done
    watcher.seen.until("two")
    assert spoken(served, watcher) == ["one", "two"]
    assert '"joined"' not in watcher.seen.text.partition('"members"')[2], "pipes come quietly"


def test_one_line_by_bash_alone(served: ServedHub, keep: Keep) -> None:
    watcher = watch(served, keep)
    assert shell(served, "echo hi > /dev/tcp/127.0.0.1/$PORT").returncode == 0
    watcher.sees("hi")


@pytest.mark.parametrize("arguments", ["", "-d x", "-X PUT -T /dev/null", "-d 'one\ntwo'"])
def test_curl_posts_nothing_and_is_told_the_address(
    served: ServedHub, keep: Keep, arguments: str
) -> None:
    tool("curl")
    watcher = watch(served, keep)
    done = shell(served, f"curl -sS --noproxy '*' -i {arguments} http://127.0.0.1:$PORT/")
    assert done.stdout.startswith("HTTP/1.1 4"), done
    assert served.url in done.stdout
    assert spoken(served, watcher) == []


def test_send_and_tail(served: ServedHub, keep: Keep) -> None:
    watcher = watch(served, keep)
    said = shell(served, " ".join(hubbub(served, "send", "deploy", "done")))
    assert (said.returncode, said.stderr) == (0, "")
    piped = shell(served, "printf 'one\\ntwo\\n' | " + " ".join(hubbub(served, "send")))
    assert (piped.returncode, piped.stderr) == (0, "")
    assert spoken(served, watcher) == ["deploy done", "one", "two"]
    tail = shell(served, " ".join(hubbub(served, "tail", "--no-follow", "--last", "2")))
    assert tail.returncode == 0, tail
    assert [line.partition("> ")[2] or line for line in tail.stdout.splitlines()] == [
        "one", "      | two", watcher.said()[-1],
    ]  # fmt: skip
