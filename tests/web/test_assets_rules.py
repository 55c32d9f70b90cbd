import json
import posixpath
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from web.assets import accepts_gzip, find_static, load
from web.bundle import bundle_styles
from web.strip import without_comments

STATIC = find_static()
SCRIPTS = sorted(file for file in STATIC.rglob("*.js") if file.name != "types.js")
STYLES = sorted(STATIC.rglob("*.css"))

# Node's own parser: the words of a script with their lines, comments left out.
TOKENS = """
const { tokenizer } = require("internal/deps/acorn/acorn/dist/acorn");
const read = (source) => [...tokenizer(source, { ecmaVersion: "latest", sourceType: "module",
  locations: true })].map((one) => [one.loc.start.line, one.type.label, String(one.value)]);
const sources = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(sources.map(read)));
"""


def version_of(folder: Path) -> str:
    (version,) = {name.split("/")[2] for name in load(folder) if name.startswith("/v/")}
    return version


def test_what_is_part_of_the_page(page_folder: Path) -> None:
    once = {"/", "/sw.js", "/manifest.webmanifest"}
    parts = {"/js/app.js", "/tiny.css", "/mark.svg"}
    below = f"/v/{version_of(page_folder)}"
    assert set(load(page_folder)) == once | parts | {below + name for name in parts}


def test_a_checkout_has_its_page() -> None:
    assert find_static().name == "static"
    assert "/" in load(find_static())


def test_forms_of_a_file(page_folder: Path) -> None:
    files = load(page_folder)
    assert files["/"].content_type == "text/html; charset=utf-8"
    assert files["/js/app.js"].content_type == "text/javascript; charset=utf-8"
    assert files["/js/app.js"].packed is not None
    assert files["/tiny.css"].packed is None
    assert files["/tiny.css"].etag != files["/mark.svg"].etag
    assert load(page_folder) == files


def test_the_page_and_the_worker_name_the_version(page_folder: Path) -> None:
    files, version = load(page_folder), version_of(page_folder)
    named = re.findall(r'(?:href|src)="([^"]+)"', files["/"].body.decode())
    ours = [f"v/{version}/css/no.css", f"v/{version}/js/app.js"]
    assert named == ["tiny.css", *ours, "mark.svg", "/js/app.js"]
    assert files["/sw.js"].body.decode() == (
        f'const VERSION = "{version}";\nconst LATER = [];\n\nuse(VERSION);\n'
    )


def test_any_change_makes_another_version(page_folder: Path) -> None:
    seen = [version_of(page_folder)]
    names = ("index.html", "sw.js", "manifest.webmanifest", "tiny.css", "mark.svg", "js/app.js")
    for file in [page_folder / name for name in names]:
        before = file.read_text(encoding="utf-8")
        file.write_text(before + " ", encoding="utf-8")
        seen.append(version_of(page_folder))
        file.write_text(before, encoding="utf-8")
    (page_folder / "tiny.css").rename(page_folder / "other.css")
    seen.append(version_of(page_folder))
    shutil.move(page_folder / "other.css", page_folder / "tiny.css")
    assert len(set(seen)) == len(seen)
    (page_folder / "notes.md").write_text("no part of the page")
    assert version_of(page_folder) == seen[0]


def test_the_page_names_all_that_it_loads() -> None:
    """The service worker keeps what the page names; nothing may be missing.

    What is loaded when it is first used is a script of its own, which is asked for
    by the page's script and kept from then on.
    """
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    later = {STATIC / "css" / "late.css": STATIC / "js" / "view" / "latesheet.js"}
    for file in STYLES:
        if file in later:
            assert f"css/{file.name}" in later[file].read_text(encoding="utf-8")
            continue
        assert f'"{file.relative_to(STATIC).as_posix()}"' in index, file
    files = load(STATIC)
    sent = re.findall(r'"v/\w+/((?:css|js)/[^"]+)"', files["/"].body.decode())
    assert sent == ["css/page.css", "js/page.js", "css/noscript.css"]
    (page, *_) = scripts = ["/js/page.js"]
    for name in scripts:
        text = files[name].body.decode()
        base = name.rpartition("/")[0]
        for wanted in re.findall(r'\bimport\("([^"]+)"\)', text):
            path = posixpath.normpath(posixpath.join(base, wanted))
            assert path in files, f"{name} loads {wanted}"
            if path not in scripts:
                scripts.append(path)
    # The worker fetches these once there is time.
    (told,) = re.findall(rb"const LATER = (.*);", files["/sw.js"].body)
    assert {f"/{name}" for name in json.loads(told)} == {*scripts[1:], "/css/late.css"}
    whole = "".join(files[name].body.decode() for name in scripts)
    assert "function view$helpview_js()" not in files[page].body.decode()
    for file in [one for one in SCRIPTS if one.is_relative_to(STATIC / "js")]:
        path = file.relative_to(STATIC / "js").with_suffix("").as_posix()
        assert f"function {path.replace('/', '$')}_js()" in whole, file
    sheets = files["/css/page.css"].body
    sheets += bundle_styles(files[f"/css/{name}.css"].body for name in ("noscript", "late"))
    for file in STYLES:
        last = bundle_styles([files[f"/css/{file.name}"].body])[-120:].strip()
        assert last in sheets, file
    for file in STYLES:
        assert not re.search(r"@import|url\(", file.read_text(encoding="utf-8")), file


def test_types_are_not_sent(page_folder: Path) -> None:
    assert list(STATIC.rglob("types.js"))
    assert not [name for name in load(STATIC) if name.endswith("/types.js")]
    before = load(page_folder)
    (page_folder / "js" / "types.js").write_text("/** @typedef {string} Name */\n// No more.\n")
    assert load(page_folder) == before


def test_what_is_sent_lacks_nothing_but_comments() -> None:
    sources = [file.read_text(encoding="utf-8") for file in SCRIPTS]
    sent = [without_comments(".js", source.encode()).decode() for source in sources]
    done = subprocess.run(
        ["node", "--expose-internals", "--eval", TOKENS],
        input=json.dumps([*sources, *sent]), capture_output=True, text=True, check=True,
    )  # fmt: skip
    tokens = json.loads(done.stdout)
    assert tokens[: len(sources)] == tokens[len(sources) :]
    assert all(len(one) > 10 for one in tokens)
    for style in STYLES:
        source = style.read_bytes()
        bare = without_comments(".css", source)
        assert bare.count(b"\n") == source.count(b"\n")
        assert b"/*" not in bare, f"{style.name}: a comment stands beside something else"
        assert re.sub(rb"/\*.*?\*/", b"", source, flags=re.DOTALL).split() == bare.split()


@pytest.mark.parametrize(
    ("suffix", "source", "sent"),
    [
        (".js", "// one\na;\n", "\na;\n"),
        (".js", "/** two\n * lines */\na;\n", "\n\na;\n"),
        (".js", "  // indented\n  a; // stays\n", "\n  a; // stays\n"),
        (".js", "/* a */ b; /* c */\n", "/* a */ b; /* c */\n"),
        (".js", "/* a */\nb;\n/* c */\n", "\nb;\n\n"),
        (".js", 'a("//b");\n', 'a("//b");\n'),
        (".css", "/* one */\na {}\n// b\n", "\na {}\n// b\n"),
        (".svg", "/* one */\n", "/* one */\n"),
    ],
)
def test_comments_with_lines_of_their_own_go(suffix: str, source: str, sent: str) -> None:
    assert without_comments(suffix, source.encode()).decode() == sent


@pytest.mark.parametrize(
    "header", ["gzip", "gzip, deflate, br, zstd", "GZIP;q=0.5", "*", "br, *;q=0.1"]
)
def test_gzip_is_welcome(header: str) -> None:
    assert accepts_gzip(header)


@pytest.mark.parametrize(
    "header", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "xgzip"]
)
def test_gzip_is_not_wanted(header: str) -> None:
    assert not accepts_gzip(header)
