import json
import re
import subprocess
from pathlib import Path

import pytest

from web.assets import find_static, load
from web.bundle import CannotBundleError, bundle_scripts, bundle_styles
from web.strip import without_comments

# Node's own parser: whether any template literal goes over the end of a line.
TEMPLATES = """
const { tokenizer } = require("internal/deps/acorn/acorn/dist/acorn");
const spans = (source) => [...tokenizer(source, { ecmaVersion: "latest", sourceType: "module",
  locations: true })].some(
  ({ type, loc }) => type.label === "template" && loc.start.line < loc.end.line);
const sources = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(sources.map(spans)));
"""


# The same: how many comments that end with their line there are.
COMMENTS = """
const { tokenizer } = require("internal/deps/acorn/acorn/dist/acorn");
const count = (source) => {
  const onComment = [];
  [...tokenizer(source, { ecmaVersion: "latest", sourceType: "module", onComment })];
  return onComment.filter(({ type }) => type === "Line").length;
};
console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0, "utf8")).map(count)));
"""


def run(script: bytes) -> str:
    """Return what a script writes, as a module in strict mode."""
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", script.decode()],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def bundle(modules: dict[str, bytes], entry: str) -> bytes:
    """Return the one script of modules of which none is loaded later."""
    (script,) = bundle_scripts(modules, entry).values()
    return script


def test_modules_keep_their_private_names_and_see_what_they_import() -> None:
    modules = {
        "main": b'import { a, twice as two } from "./tools.js";\n'
        b'import * as tools from "./tools.js";\nconst own = "main";\n'
        b"console.log(own, a, two(4), tools.Pair.name, typeof tools.own, await tools.late());\n",
        "tools": b'import {\n  base,\n} from "./base.js";\nconst own = "tools";\n\n'
        b"export const a = `${own} ${base}`;\n\nexport function twice(n) {\n  return 2 * n;\n}\n"
        b"export class Pair {}\nexport async function late() {\n  return 'late';\n}\n",
        "base": b"let own = 7;\nexport const base = own;\n",
        "idle": b"console.log('nobody imports this');\n",
    }
    # Only the entry may wait; as a function it could not.
    entry = modules["main"].replace(b"await tools.late()", b"typeof tools.late")
    assert run(bundle(modules | {"main": entry}, "main")) == (
        "main tools 7 8 Pair undefined function\n"
    )


def test_a_module_runs_once_and_after_those_that_it_imports() -> None:
    modules = {
        "main": b'import { b } from "./b.js";\nimport { c } from "./c.js";\nconsole.log(b, c);\n',
        "b": b'import { c } from "./c.js";\nexport const b = c + 1;\n',
        "c": b"globalThis.runs = (globalThis.runs ?? 0) + 1;\nexport const c = globalThis.runs;\n",
    }
    assert run(bundle(modules, "main")) == "2 1\n"


def test_what_is_loaded_later_is_a_script_of_its_own_and_runs_nothing_twice(
    tmp_path: Path,
) -> None:
    modules = {
        "app": b'import { a } from "./model/a.js";\nimport { open } from "./view/door.js";\n'
        b"console.log(a, globalThis.later);\nopen();\n",
        "model/a": b"globalThis.runs = (globalThis.runs ?? 0) + 1;\n"
        b"export const a = { runs: globalThis.runs };\n",
        "view/door": b"export async function open() {\n"
        b'  const { show } = await import("./later/help.js");\n  await show();\n}\n',
        "view/later/help": b'import { a } from "../../model/a.js";\n'
        b'import { word } from "./words.js";\nglobalThis.later = 1;\n'
        b"export async function show() {\n"
        b'  const { more } = await import("../../more.js");\n'
        b"  console.log(word, a.runs, more);\n}\n",
        "view/later/words": b'export const word = "help";\n',
        "more": b'import { a } from "./model/a.js";\nexport const more = a.runs;\n',
    }
    scripts = bundle_scripts(modules, "app")
    assert set(scripts) == {"page", "view/later/help", "more"}
    assert b"help" not in scripts["page"].replace(b"later/help", b"")
    for name, script in scripts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.mjs").write_bytes(script.replace(b'.js"', b'.mjs"'))
    done = subprocess.run(
        ["node", str(tmp_path / "page.mjs")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "{ runs: 1 } undefined\nhelp 1 1\n"


def test_what_is_loaded_later_has_to_be_there() -> None:
    with pytest.raises(CannotBundleError, match="no module b, which main imports"):
        bundle_scripts({"main": b'const b = () => import("./b.js");\n'}, "main")
    both = b'import { b } from "./b.js";\nconst later = () => import("./b.js");\n'
    with pytest.raises(CannotBundleError, match="b is imported both at first and later"):
        bundle_scripts({"main": both, "b": b"export const b = 1;\n"}, "main")


@pytest.mark.parametrize(
    "line",
    [
        b"const b = () => import(name);",
        b"const b = () => import('./b.js');",
        b'import "./b.js";',
        b'import b from "./b.js";',
        b'import { b } from "b";',
        b'import { b } from "../b.js";',
        b'import { b } from "/b.js";',
        b'import { b } from "./folder.x/b.js";',
        b"export default 1;",
        b"export let one = 1;",
        b"export { one };",
        b'export { b } from "./b.js";',
        b'export * from "./b.js";',
        b"export const { one } = two;",
        b"export function* many() {}",
    ],
)
def test_another_form_of_import_or_export_is_an_error(line: bytes) -> None:
    modules = {"main": b"const one = 1, two = {};\n" + line + b"\n", "b": b"export const b = 1;\n"}
    with pytest.raises(CannotBundleError):
        bundle_scripts(modules, "main")


def test_circles_and_missing_modules_are_named() -> None:
    circle = {
        name: b'import { x } from "./%b.js";\n' % to for name, to in (("a", b"b"), ("b", b"a"))
    }
    with pytest.raises(CannotBundleError, match="a -> b -> a"):
        bundle_scripts(circle, "a")
    with pytest.raises(CannotBundleError, match="no module b, which a imports"):
        bundle_scripts({"a": circle["a"]}, "a")


def test_modules_of_one_name_in_two_folders_stay_apart() -> None:
    modules = {
        "app": b'import { name } from "./model/room.js";\n'
        b'import * as view from "./view/room.js";\nconsole.log(name, view.name);\n',
        "model/room": b'export const name = "model";\n',
        "view/room": b'import { name as model } from "../model/room.js";\n'
        b'import { suffix } from "./parts/suffix.js";\n'
        b"export const name = `view of ${model}${suffix}`;\n",
        "view/parts/suffix": b'import { name } from "../../model/room.js";\n'
        b"export const suffix = name.length;\n",
    }
    assert run(bundle(modules, "app")) == "model view of model5\n"


def test_a_name_that_means_one_thing_is_imported_once() -> None:
    modules = {
        "app": b'import { plain, twice, open, all as every } from "./tools.js";\n'
        b'import { use } from "./use.js";\nconsole.log(plain, twice(2), open, every, use());\n',
        "use": b'import { plain } from "./tools.js";\n'
        b"export function use() {\n  return [plain, open.name, ...all, use.twice];\n}\n"
        b"function open() {}\nconst all = [7];\n",
        "tools": b"export const plain = 1;\nexport function twice(n) {\n  return 2 * n;\n}\n"
        b"export const open = 3;\nexport const all = 4;\n",
    }
    script = bundle(modules, "app")
    assert run(script) == "1 4 3 4 [ 1, 'open', 7, undefined ]\n"
    # What is a word elsewhere is imported; the rest is there for all.
    taken = re.findall(rb"const (\{[^}]*\}) = \$\d;", script)
    assert taken == [b"{ plain, twice }", b"{ open, all: every }"]


@pytest.mark.parametrize("use", [b"name", b"...name", b"[name]", b"{ name }", b"`${name}`"])
def test_a_name_that_may_mean_something_else_is_nobodys_but_who_imports_it(use: bytes) -> None:
    modules = {
        "app": b'import { name } from "./one.js";\nimport { two } from "./two.js";\n'
        b"console.log(name, two());\n",
        "one": b"export const name = 1;\n",
        "two": b"globalThis.name = 'x';\nexport const two = () => String([%b].flat().length);\n"
        % use,
    }
    script = bundle(modules, "app")
    assert b"export const { name }" not in script
    assert run(script) == "1 1\n"


def test_modules_of_one_folder_stand_together() -> None:
    modules = {
        "app": b'import { a } from "./view/a.js";\nimport { c } from "./view/c.js";\n'
        b"console.log(a, c);\n",
        "view/a": b'import { b } from "../model/b.js";\nexport const a = b;\n',
        "view/c": b'import { d } from "../model/d.js";\nexport const c = d;\n',
        "model/b": b"export const b = 1;\n",
        "model/d": b"export const d = 2;\n",
    }
    script = bundle(modules, "app")
    order = re.findall(rb"function ([\w$]+)_js", script)
    assert order == [b"model$b", b"model$d", b"view$a", b"view$c", b"app"]
    assert run(script) == "1 2\n"


def test_a_path_that_leads_out_is_no_module() -> None:
    modules = {"a": b'import { x } from "../b.js";\n', "b": b"export const x = 1;\n"}
    with pytest.raises(CannotBundleError, match=r"no module \.\./b, which a imports"):
        bundle_scripts(modules, "a")


def test_sheets_stand_in_their_order() -> None:
    assert bundle_styles([b"a {\n  color: red;\n}\n\nb {}\n", b"\na {}\n"]) == (
        b"a{color:red}b{}a{}\n"
    )


def test_no_string_of_the_page_would_lose_its_margin() -> None:
    files = sorted((find_static() / "js").rglob("*.js"))
    names, sources = [one.name for one in files], [one.read_text("utf-8") for one in files]
    done = subprocess.run(
        ["node", "--expose-internals", "--eval", TEMPLATES],
        input=json.dumps([*sources, "`a\n  b`"]), capture_output=True, text=True, check=True,
    )  # fmt: skip
    *ours, planted = json.loads(done.stdout)
    assert planted
    assert [name for name, spans in zip(names, ours, strict=True) if spans] == []


def test_no_string_of_a_sheet_would_lose_its_spaces() -> None:
    for sheet in sorted((find_static() / "css").glob("*.css")):
        strings = re.findall(r'"[^"]*"', sheet.read_text("utf-8"))
        assert [one for one in strings if re.search(r" \{|[{},;:] ", one)] == []


def test_no_comment_of_the_page_stands_behind_code() -> None:
    """Lines are joined, and a comment would take the next one with it."""
    files = sorted((find_static() / "js").rglob("*.js"))
    sources = [without_comments(".js", one.read_bytes()).decode() for one in files]
    done = subprocess.run(
        ["node", "--expose-internals", "--eval", COMMENTS],
        input=json.dumps([*sources, "a(); // b"]), capture_output=True, text=True, check=True,
    )  # fmt: skip
    *ours, planted = json.loads(done.stdout)
    assert planted == 1
    assert [file.name for file, found in zip(files, ours, strict=True) if found] == []


def test_the_script_of_the_page_can_be_read(tmp_path: Path) -> None:
    script = tmp_path / "page.mjs"
    script.write_bytes(load(find_static())["/js/page.js"].body)
    subprocess.run(["node", "--check", str(script)], check=True)
