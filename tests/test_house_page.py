"""How the page's source is laid out: who imports whom, and who knows the browser."""

import json
import posixpath
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
JS = ROOT / "static" / "js"
ENTRY = "app"

# Each folder: the folders that it may import from. None stands above app.js.
MAY_IMPORT = {
    "text": {"text"},
    "model": {"text", "model"},
    "browser": {"text", "model", "browser"},
    "view": {"text", "model", "view"},
    "": {"text", "model", "browser", "view"},
}

SOCKETS = {"WebSocket", "EventSource", "XMLHttpRequest", "fetch", "BroadcastChannel", "sendBeacon"}
STORAGE = {"localStorage", "sessionStorage", "indexedDB", "caches", "cookie", "cookieStore"}
PAGE = {"document", "window", "navigator", "matchMedia", "addEventListener"}
CLOCKS = {"performance", "setTimeout", "setInterval", "requestAnimationFrame"}

# Each folder: names of the browser that it must not use, however it comes by them.
MUST_NOT_USE = {
    "text": SOCKETS | STORAGE | PAGE | CLOCKS,
    "model": SOCKETS | STORAGE | PAGE | CLOCKS,
    "view": SOCKETS | STORAGE,
}

# Also the imports of types, which stand in comments.
IMPORT = re.compile(r"""(?:^import|@import)\b[^;"]*?\bfrom "([^"]+)\.js\"""", re.MULTILINE)
TYPE = re.compile(r"""\bimport\("([^"]+)\.js"\)""")

# Node's own parser: the names, strings and templates of a script, without comments.
NAMES = """
const { tokenizer } = require("internal/deps/acorn/acorn/dist/acorn");
const read = (source) => [...tokenizer(source, { ecmaVersion: "latest", sourceType: "module" })]
  .filter(({ type }) => ["name", "string", "template"].includes(type.label))
  .map(({ value }) => String(value));
const sources = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(sources.map(read)));
"""


# The same, where a string or a template's part is a sentence, or a part of one: words
# behind a capital letter, four words in a row, or a word and a full stop.
SENTENCES = """
const { tokenizer } = require("internal/deps/acorn/acorn/dist/acorn");
const said = [/\\p{Lu}\\p{Ll}+[ \u2019'](?=\\p{L})/u, /\\p{Ll}{2,} \\p{Ll}+ \\p{Ll}+ \\p{Ll}+/u,
  /\\p{Ll} .*\\p{Ll}\\)?[.!?\u2026]$/u];
const read = (source) => [...tokenizer(source, { ecmaVersion: "latest", sourceType: "module" })]
  .filter(({ type }) => ["string", "template"].includes(type.label))
  .map(({ value }) => String(value)).filter((value) => said.some((one) => one.test(value)));
console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0, "utf8")).map(read)));
"""

# What is no sentence to a person, but to who develops the page.
NO_SENTENCES = {
    "no database is to be had",
    # A transcript is written as `hubbub export` writes it, in every language.
    " is no longer kept", " are no longer kept",
}  # fmt: skip


def modules() -> dict[str, str]:
    """Return the text of each module by its path without `.js`."""
    files = sorted(JS.rglob("*.js"))
    return {
        file.relative_to(JS).with_suffix("").as_posix(): file.read_text(encoding="utf-8")
        for file in files
    }


def folder(path: str) -> str:
    return posixpath.dirname(path)


def imports(path: str, source: str) -> Iterator[str]:
    """Give the path of each module that a module imports, types included."""
    for name in IMPORT.findall(source) + TYPE.findall(source):
        yield posixpath.normpath(posixpath.join(folder(path), name))


def crossings(sources: dict[str, str]) -> list[str]:
    """Return each import that goes where its folder must not."""
    return [
        f"{path} imports {other}"
        for path, source in sources.items()
        for other in imports(path, source)
        if folder(other) not in MAY_IMPORT[folder(path)]
    ]


def circles(sources: dict[str, str]) -> list[str]:
    """Return a way from each module to itself, where there is one."""
    found: list[str] = []
    done: set[str] = set()

    def visit(path: str, trail: tuple[str, ...]) -> None:
        if path in trail:
            found.append(" -> ".join((*trail[trail.index(path) :], path)))
        elif path not in done:
            for other in imports(path, sources[path]):
                visit(other, (*trail, path))
            done.add(path)

    for path in sources:
        visit(path, ())
    return found


def misuses(sources: dict[str, str]) -> list[str]:
    """Return each name of the browser that stands where it must not."""
    done = subprocess.run(
        ["node", "--expose-internals", "--eval", NAMES],
        input=json.dumps(list(sources.values())), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        f"{path} uses {name}"
        for path, names in zip(sources, json.loads(done.stdout), strict=True)
        for name in sorted(MUST_NOT_USE.get(folder(path), set()) & set(names))
    ]


def sentences(sources: dict[str, str]) -> list[str]:
    """Return each sentence that stands elsewhere than with the others."""
    done = subprocess.run(
        ["node", "--expose-internals", "--eval", SENTENCES],
        input=json.dumps(list(sources.values())), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [
        f"{path}: {sentence}"
        for path, found in zip(sources, json.loads(done.stdout), strict=True)
        if not re.fullmatch(r"model/\w*strings", path)
        for sentence in found
        if sentence not in NO_SENTENCES
    ]


def test_imports_go_down() -> None:
    assert crossings(modules()) == []


def test_no_modules_import_each_other() -> None:
    assert circles(modules()) == []


def test_only_the_browser_s_folder_knows_sockets_and_storage() -> None:
    assert misuses(modules()) == []


@pytest.mark.parametrize(
    ("path", "line", "judge"),
    [
        ("text/wire", 'import { append } from "../model/room.js";', crossings),
        ("model/room", 'import { openSocket } from "../browser/socket.js";', crossings),
        ("model/room", '/** @import { Acts } from "../view/types.js" */', crossings),
        ("browser/tabs", 'import { byId } from "../view/dom.js";', crossings),
        ("view/view", 'import {\n  openSocket,\n} from "../browser/socket.js";', crossings),
        ("view/view", 'import * as app from "../app.js";', crossings),
        ("view/dom", 'import { View } from "./view.js";', circles),
        ("model/types", '/** @import { Room } from "./room.js" */', circles),
        ("model/types", '/** @typedef {import("./room.js").Room} Room */', circles),
        ("text/fold", "document.title = '';", misuses),
        ("model/state", "setTimeout(() => {});", misuses),
        ("view/dom", 'new WebSocket("ws:");', misuses),
        ("view/dom", "globalThis.localStorage.clear();", misuses),
        ("view/dom", 'window["indexedDB"].open("x");', misuses),
        ("view/dom", 'el("p", { text: "Nobody is here." });', sentences),
        ("view/dom", "const words = `${nick} has left the room and comes back`;", sentences),
        ("model/room", 'const label = "Copy link";', sentences),
    ],
)
def test_what_is_planted_is_found(path: str, line: str, judge: object) -> None:
    sources = modules()
    sources[path] += f"\n{line}\n"
    assert callable(judge)
    assert judge(sources) != []


def test_one_module_owns_what_lies_on_top() -> None:
    """Dialogs, the shade and what the keyboard does not reach: see view/overlay.js."""
    owned = re.compile(r"\bshowModal\(|\.inert\b|byId\(\"shade\"\)")
    assert {path for path, source in modules().items() if owned.search(source)} == {"view/overlay"}


def test_what_is_said_to_people_stands_in_one_place() -> None:
    """In model/strings.js; what is loaded later has its own file of them beside it."""
    assert sentences(modules()) == []


def test_all_modules_stand_in_a_folder_but_one() -> None:
    assert {path for path in modules() if not folder(path)} == {ENTRY}
    assert {folder(path) for path in modules()} == set(MAY_IMPORT)


def test_every_folder_says_what_it_is_and_what_it_does_not_know() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| `static/js/(\w*)/?(?:app\.js)?` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
    rows = row.findall(page)
    assert {name for name, _, _ in rows} == set(MAY_IMPORT)
    assert all(what.strip() and unknown.strip() for _, what, unknown in rows)


def test_every_module_says_what_it_is_for_and_what_it_does_not_know() -> None:
    for path, source in modules().items():
        opening = re.match(r"/\*\*\n(?: \*[^\n]*\n)+? \*/\n", source)
        assert opening, f"{path}.js begins with a comment"
        words = " ".join(re.sub(r"^ \* ?", "", opening[0], flags=re.MULTILINE).split())
        assert re.search(r"\bknows?\b[^.]*\b(?:no|nothing|only)\b", words), path
