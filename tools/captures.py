"""Make the captures in docs/terminal.md anew: one conversation, at 80x24 and at 40x10.

Needs tmux. Run from the project's folder:
    .venv/bin/python tools/captures.py
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "terminal.md"
SIZES = {"wide": (80, 24), "narrow": (40, 10)}
PATIENCE_S = 20.0

SAID = (
    ("bob", "lobby", "good morning! who is on call today?"),
    ("carol", "lobby", "alice, I think. The list is at https://wiki.example/oncall"),
    ("web1", "ops", "disk 91 % full"),
    (
        "bob", "lobby",
        ("thanks 👍 web1 has been slow since ten, and it looks as if the nightly job "
         "had not finished: alice, could you have a look?"),
    ),
    ("web1", "lobby", "$ df -h /var\n/dev/sda2  40G  37G  91% /var"),
)  # fmt: skip


def hubbub(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hubbub", *arguments]


class Terminals:
    """Two terminals of different size, in the same room under different names."""

    def __init__(self, folder: str, address: str) -> None:
        self._tmux = ["tmux", "-u", "-S", f"{folder}/tmux", "-f", os.devnull]
        for (name, (columns, rows)), nick in zip(SIZES.items(), ("alice", "ann"), strict=True):
            self.run(
                "new-session", "-d", "-s", name, "-x", str(columns), "-y", str(rows),
                "-e", f"XDG_STATE_HOME={folder}", "-c", str(ROOT),
                *hubbub("join", f"{nick}@{address}", "--room", "lobby", "--room", "ops"),
            )  # fmt: skip
            self.until(name, "connected" if columns > SIZES["narrow"][0] else "[1:lobby] · ")

    def run(self, *arguments: str) -> str:
        return subprocess.run(  # noqa: S603
            [*self._tmux, *arguments], check=True, capture_output=True, encoding="utf-8",
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        ).stdout  # fmt: skip

    def until(self, name: str, text: str) -> str:
        """Return a terminal's screen once a text is on it."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in (screen := self.run("capture-pane", "-p", "-t", name)):
            if time.monotonic() > deadline:
                raise SystemExit(f"captures: {name} never showed {text!r}:\n{screen}")
            time.sleep(0.05)
        return screen


def captures(folder: str, address: str) -> dict[str, str]:
    """Hold the conversation, and return what each terminal shows."""
    terminals = Terminals(folder, address)
    try:
        for nick, room, text in SAID:
            send = hubbub("send", address, text, "--nick", nick, "--room", room)
            subprocess.run(send, check=True, cwd=ROOT)  # noqa: S603
        for name, text in (("wide", "on it, give me five"), ("narrow", "I can help")):
            terminals.run("send-keys", "-t", name, "-l", text)
            terminals.run("send-keys", "-t", name, "Enter")
            terminals.until(name, f"> {text}")
        terminals.until("wide", "> I can help")
        terminals.run("send-keys", "-t", "wide", "-l", "bob: it is the backup, it")
        terminals.until("wide", "lobby> bob: it is the backup, it")
        return {name: terminals.until(name, "lobby>") for name in SIZES}
    finally:
        terminals.run("kill-server")


def main() -> None:
    """Start a hub, hold the conversation, and write the page."""
    with tempfile.TemporaryDirectory(prefix="hubbub") as folder:
        command = hubbub("hub", "--tcp-port", "0", "--data", ":memory:")
        hub = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)  # noqa: S603
        try:
            found = (re.search(r"listening tcp (\S+)", line) for line in hub.stderr or ())
            address = next(match[1] for match in found if match)
            shown = captures(folder, address)
        finally:
            hub.terminate()
            hub.wait(PATIENCE_S)
    page = PAGE.read_text("utf-8")
    for name, screen in shown.items():
        lines = "\n".join(line.rstrip() for line in screen.rstrip().split("\n"))
        page = re.sub(
            rf"(<!-- {name} -->\n```\n).*?(\n```)", lambda it, to=lines: it[1] + to + it[2],
            page, count=1, flags=re.DOTALL,
        )  # fmt: skip
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
