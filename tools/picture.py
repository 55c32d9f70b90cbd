"""Make docs/conversation.png: one conversation, in the page and in a terminal.

Needs tmux, Chromium and a font with emoji (fonts-noto-color-emoji). Run from the project's folder:
    .venv/bin/python tools/picture.py
"""

import base64
import html
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "conversation.png"
SESSION = "hubbub-picture"
WIDTH, HEIGHT = 760, 520
COLOURS = ["#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9"]

STYLE = """
body { margin: 0; padding: 28px; display: flex; gap: 24px; background: #e9eef2; }
.window { border-radius: 10px; overflow: hidden; box-shadow: 0 8px 28px #0003; }
.bar { background: #d5dbe1; height: 26px; }
pre { margin: 0; padding: 14px 16px; background: #20242c; color: #d8dee9; width: 640px;
      height: 491px; box-sizing: border-box; font: 13.5px/1.4 "DejaVu Sans Mono", monospace; }
img { display: block; }
"""


def tmux(*arguments: str) -> str:
    """Run one tmux command and return what it prints."""
    command = ["tmux", "-L", SESSION, "-u", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


def type_line(text: str) -> None:
    """Type a line in the terminal, as a person does."""
    tmux("send-keys", "-t", SESSION, "-l", text)
    time.sleep(0.2)
    tmux("send-keys", "-t", SESSION, "Enter")
    time.sleep(0.8)


def ansi_to_html(screen: str) -> str:
    """Return a terminal's screen with its colours as HTML."""
    parts, style = [], ""
    for piece in re.split(r"(\x1b\[[0-9;]*m)", screen):
        found = re.fullmatch(r"\x1b\[([0-9;]*)m", piece)
        if not found:
            parts.append(f'<span style="{style}">{html.escape(piece)}</span>')
            continue
        for code in (int(code or 0) for code in found[1].split(";")):
            if code == 0:
                style = ""
            elif code == 1:
                style += "font-weight:bold;"
            elif code == 2:
                style += "opacity:.6;"
            elif code == 7:
                style += "background:#d8dee9;color:#20242c;"
            elif 30 <= code <= 37 or 90 <= code <= 97:
                style += f"color:{COLOURS[code % 10]};"
    return "".join(parts)


def say(page: Page, text: str) -> None:
    """Type a line in the page."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    time.sleep(0.8)


def talk(page: Page, tcp_port: str) -> None:
    """Hold the conversation that the picture shows."""
    page.keyboard.type("alice")
    page.keyboard.press("Enter")
    time.sleep(1)
    say(page, "Good morning! Is the new build up?")
    type_line("on web1 it is, web2 in a minute")
    subprocess.run(  # noqa: S602
        f"echo 'deploy of web2 done, 0 errors' | nc -N 127.0.0.1 {tcp_port}",
        shell=True, check=True, capture_output=True,
    )  # fmt: skip
    time.sleep(0.8)
    type_line("/me looks at the graphs")
    say(page, "Спасибо! 👍 And thanks to whoever fixed the pipe.")
    type_line("all green. lunch?")


def main() -> None:
    """Serve, talk, and take the picture."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONASYNCIODEBUG": ""}
    command = [sys.executable, "-m", "hubbub", "serve", "--tcp-port", "0", "--web-port", "0"]
    folder = tempfile.TemporaryDirectory()
    server = subprocess.Popen(  # noqa: S603
        [*command, "--data", folder.name], cwd=ROOT, stderr=subprocess.PIPE, text=True,
        env=environment,
    )  # fmt: skip
    assert server.stderr is not None  # noqa: S101
    try:
        ready = (line.split() for line in server.stderr if line.startswith("listening "))
        tcp, web = next(ready)[-1], next(ready)[-1]
        join = f"{sys.executable} -m hubbub join bob@{tcp}"
        tmux("new-session", "-d", "-s", SESSION, "-x", "72", "-y", "24", "-c", str(ROOT), join)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT - 29})
            page.goto(web)
            time.sleep(1)
            talk(page, tcp.rpartition(":")[2])
            shot = base64.b64encode(page.screenshot()).decode()
            screen = ansi_to_html(tmux("capture-pane", "-e", "-p", "-t", SESSION))
            frame = browser.new_page(viewport={"width": WIDTH + 640 + 80, "height": HEIGHT + 56})
            frame.set_content(
                f"<style>{STYLE}</style><div class=window><div class=bar></div>"
                f'<img src="data:image/png;base64,{shot}"></div>'
                f"<div class=window><div class=bar></div><pre>{screen}</pre></div>"
            )
            frame.screenshot(path=str(TARGET))
            browser.close()
    finally:
        subprocess.run(["tmux", "-L", SESSION, "kill-server"], check=False)  # noqa: S603, S607
        server.terminate()
        server.wait(10)
        server.stderr.close()
        folder.cleanup()


if __name__ == "__main__":
    main()
