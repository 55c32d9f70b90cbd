"""What is installed works: the built wheel, alone, from another directory."""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import venv
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from core import VERSION
from web.assets import load

ROOT = Path(__file__).parents[1]
PACKAGES = {"core", "bridge", "web", "terminal", "hubbub"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an environment that holds the wheel; its dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / "bin" / "python"
    # No index is asked: pip of the tests' environment, or uv if that made it.
    if importlib.util.find_spec("pip") is not None:
        tool = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet",
                "--disable-pip-version-check"]  # fmt: skip
    else:
        uv = shutil.which("uv")
        assert uv is not None, "neither pip in .venv nor uv on PATH: make clean, then make test"
        tool = [uv, "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*tool, "--no-deps", "--no-index", str(wheel)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL")}
    return {**kept, "HOME": str(home)}


def test_the_wheel_holds_the_packages_and_the_page_and_no_more(wheel: Path) -> None:
    names = {name for name in ZipFile(wheel).namelist() if not name.endswith("/")}
    info = f"hubbub-{VERSION}.dist-info"
    manual = f"hubbub-{VERSION}.data/data/share/man/man1/hubbub.1"
    names.remove(manual)
    assert {name.partition("/")[0] for name in names} == PACKAGES | {info}
    assert f"{info}/licenses/LICENSE" in names
    for package in PACKAGES:
        here = {file.relative_to(ROOT).as_posix() for file in (ROOT / package).rglob("*.py")}
        assert here <= names
    page = {
        "web/" + file.relative_to(ROOT).as_posix()
        for file in (ROOT / "static").rglob("*")
        if file.is_file()
    }
    assert {name for name in names if name.startswith("web/static/")} == page


def test_the_wheel_asks_for_what_the_project_declares(wheel: Path) -> None:
    text = ZipFile(wheel).read(f"hubbub-{VERSION}.dist-info/METADATA").decode()
    asked = {str(Requirement(each)) for each in Parser().parsestr(text).get_all("Requires-Dist")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [Requirement(each) for each in project["dependencies"]]
    assert {re.sub(r"\s", "", each) for each in asked} == {
        re.sub(r"\s", "", str(each)) for each in declared
    }


def test_what_is_installed_is_what_runs(installed: Path, tmp_path: Path) -> None:
    program = "import core, bridge, web, terminal, hubbub as h\n"
    program += "for m in (core, bridge, web, terminal, h): print(m.__file__)"
    done = subprocess.run(
        [installed / "bin" / "python", "-c", program],
        cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=True,
    )  # fmt: skip
    for file in done.stdout.splitlines():
        assert Path(file).is_relative_to(installed)


ONE_OF_EACH = """
import asyncio
from hubbub.client import Direct, Joined, Message, connect, connect_client, say


async def main() -> int:
    async with connect("host", nick="bot") as room:
        async for message in room:
            await room.say(message.text, "action")
            seq: int = message.seq
        async for event in room.events():
            if isinstance(event, Joined):
                return len(event.nick)
        other = await room.client.join("ops")
        async for direct in room.client.directs():
            text: str = direct.text + other.name
    async with connect_client("host", wait_s=None) as client:
        reveal_type(await client.join("lobby"))
    return say("host", "text")
"""


def test_programs_are_checked_by_its_types(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(ONE_OF_EACH, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull,
         "--python-executable", installed / "bin" / "python", "bot.py"],
        cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    assert 'Revealed type is "core.client.room.ClientRoom"' in checked.stdout


def test_another_core_is_told_apart(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").touch()
    done = subprocess.run(
        [installed / "bin" / "python", "-c", "from hubbub.client import connect"],
        cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stderr.splitlines()[-1]
    assert said.startswith("ImportError: Hubbub's package `core` is hidden by another one")
    assert str(tmp_path / "core" / "__init__.py") in said


def test_the_manual_page_is_where_man_looks_for_it(installed: Path) -> None:
    page = installed / "share" / "man" / "man1" / "hubbub.1"
    assert page.read_bytes() == (ROOT / "docs" / "hubbub.1").read_bytes()


@pytest.fixture(params=["0", "2"], ids=["in one process", "with two gateways"])
def server(
    installed: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[int, str]]:
    command = [installed / "bin" / "hubbub", "serve", "--tcp-port", "0", "--web-port", "0"]
    running = subprocess.Popen(
        [*command, "--data", tmp_path / "data", "--gateways", request.param],
        cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    said = ""
    try:
        while not (web := re.search(r"listening web (\S+)\n", said)):
            line = running.stderr.readline()
            assert line, said
            said += line
        (port,) = re.findall(r"listening tcp 127\.0\.0\.1:(\d+)\n", said)
        yield int(port), web.group(1)
        running.terminate()
        _, rest = running.communicate(timeout=20)
        assert "Traceback" not in said + rest
        assert running.returncode == 0
    finally:
        running.kill()
        running.communicate()


def test_the_installed_command_serves_page_and_port(server: tuple[int, str]) -> None:
    port, address = server
    with socket.create_connection(("127.0.0.1", port), timeout=20) as person:
        person.sendall(b"hello\n")
        assert person.recv(100).startswith(b"-- welcome to lobby, ")
    with urllib.request.urlopen(address, timeout=20) as page:
        text = page.read().decode()
    assert "<!doctype html>" in text.lower()
    ours = load(ROOT / "static")
    assert text == ours["/"].body.decode()
    for path in re.findall(r'(?:src|href)="/?([\w./-]+)"', text):
        with urllib.request.urlopen(address + path, timeout=20) as part:
            assert part.status == 200
            assert part.read() == ours[f"/{path}"].body
