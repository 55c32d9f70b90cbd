"""Bundle the page's modules into one script and its sheets into one sheet. Pure.

The page is written as small modules and small sheets, and works as it is. Fifty
answers cost a browser more than what is in them: each has headers, and none can
be compressed with the help of the others. So the files of a first visit are
bundled when the gateway starts, without a build and without a parser: the page's
modules keep to a few forms of import and export, and any other form is an error.

What is imported by a call, `import("./view/help.js")`, is loaded when it is wanted:
it becomes a script of its own, beside its module's name, which takes what the first
script has from there. So nothing is sent twice, and no module runs twice.

It knows no file system and no server: names and texts in, texts out.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_IMPORT: Final = re.compile(
    rb"^import (?:\* as (?P<all>\w+)|\{(?P<some>[^}]*)\}) "
    rb'from "(?P<path>(?:\./|(?:\.\./)+)[\w/]+)\.js";$',
    re.MULTILINE,
)
_EXPORT: Final = re.compile(
    rb"^export (?P<what>(?:async function|function|class|const) (?P<name>\w+))", re.MULTILINE
)
_LATER: Final = re.compile(rb'\bimport\("(?P<path>(?:\./|(?:\.\./)+)[\w/]+)\.js"\)')
_ANY_CALL: Final = re.compile(rb"\bimport\s*\([^\n]*")
_OTHER: Final = re.compile(rb"^(?:import|export)\b[^\n]*", re.MULTILINE)
_RENAMED: Final = re.compile(rb"\b(\w+) as (\w+)\b")
_MARGIN: Final = re.compile(rb"\n[ \t\n]+")
"""Empty lines and indentation: no string of the page spans lines (tests look)."""
_OPEN_END: Final = re.compile(rb"(?<=[{(\[,;])\n")
"""The end of a line that goes on, or that ends a statement: no comment stands there."""


class CannotBundleError(ValueError):
    """A module has a form of import or export that is not bundled, or a circle."""


@dataclass(frozen=True, slots=True)
class _Script:
    """A script that is made: its module's path, and where it lies itself."""

    entry: str
    place: str
    order: tuple[str, ...]
    """The modules that are in it, each after those that it needs."""


def bundle_scripts(
    modules: Mapping[str, bytes], entry: str, page: str = "page"
) -> dict[str, bytes]:
    """Return the script `page`, which does what `entry` does, and those loaded later.

    `modules` has each module's text by its path without `.js`, such as
    `model/room`; files in different folders may have the same name. Each becomes
    a function that is named after its path. It runs once, after the modules that
    it imports, and returns its exports; its private names stay private. Raises
    CannotBundleError.
    """
    # The exports are found by a number: paths again and again would be sent, too.
    first = _Script(entry, page, _by_folder(tuple(_in_order(modules, entry)), modules))
    scripts = [first]
    for script in scripts:
        for path in _wanted_later(script, modules):
            if path in first.order:
                raise CannotBundleError(f"{path} is imported both at first and later")
            if path not in (made.entry for made in scripts):
                order = tuple(one for one in _in_order(modules, path) if one not in first.order)
                scripts.append(_Script(path, path, order))
    names = {
        path: b"$%d" % place
        for place, path in enumerate(dict.fromkeys(one for made in scripts for one in made.order))
    }
    made = {script.place: _as_script(script, first, modules, names) for script in scripts}
    if shared := sorted(
        {one for script in scripts[1:] for one in _taken(script, first, modules)},
        key=first.order.index,
    ):
        made[page] += b"export { %b };\n" % b", ".join(names[one] for one in shared)
    return made


def bundle_styles(sheets: Iterable[bytes]) -> bytes:
    """Return the sheets as one, in their order; later rules win, as before."""
    return b"\n".join(_MARGIN.sub(b"\n", sheet).strip() for sheet in sheets) + b"\n"


def _in_order(modules: Mapping[str, bytes], entry: str) -> Iterator[str]:
    """Give the paths of all modules that `entry` needs, each after its own imports."""
    done: set[str] = set()

    def visit(path: str, trail: tuple[str, ...]) -> Iterator[str]:
        if path in done:
            return
        if path in trail:
            raise CannotBundleError(f"modules import each other: {' -> '.join((*trail, path))}")
        if path not in modules:
            raise CannotBundleError(f"there is no module {path}, which {trail[-1]} imports")
        for imported in _imports(path, modules[path]):
            yield from visit(imported, (*trail, path))
        done.add(path)
        yield path

    return visit(entry, ())


def _by_folder(order: tuple[str, ...], modules: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the paths with those of one folder together, as far as imports allow.

    Modules of one folder resemble each other, and gzip finds only what repeats
    within 32 KiB.
    """
    left = {path: set(_imports(path, modules[path])) for path in order}
    together: list[str] = []
    folder = ""
    while left:
        ready = [path for path, imports in left.items() if not imports & left.keys()]
        path = next((one for one in ready if posixpath.dirname(one) == folder), ready[0])
        folder = posixpath.dirname(path)
        del left[path]
        together.append(path)
    return tuple(together)


def _imports(path: str, source: bytes) -> Iterator[str]:
    """Give the path of each module that the module at `path` imports."""
    for found in _IMPORT.finditer(source):
        yield _imported(path, found)


def _imported(importer: str, found: re.Match[bytes]) -> str:
    """Return the path of the module that an import statement names relatively."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), found["path"].decode()))


def _wanted_later(script: _Script, modules: Mapping[str, bytes]) -> Iterator[str]:
    """Give the path of each module that one of a script's modules loads when it is wanted."""
    for path in script.order:
        for found in _LATER.finditer(modules[path]):
            later = _imported(path, found)
            if later not in modules:
                raise CannotBundleError(f"there is no module {later}, which {path} imports")
            yield later


def _taken(script: _Script, first: _Script, modules: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the modules that a script takes from the first one."""
    wanted = {one for path in script.order for one in _imports(path, modules[path])}
    return tuple(path for path in first.order if path in wanted)


def _as_script(
    script: _Script, first: _Script, modules: Mapping[str, bytes], names: Mapping[str, bytes]
) -> bytes:
    parts = [_as_function(path, script, modules[path], names) for path in script.order]
    if script is first:
        return b"".join(parts)
    if taken := _taken(script, first, modules):
        from_page = _relative(first.place, script)
        given = b", ".join(names[path] for path in taken)
        parts.insert(0, b'import { %b } from "%b";\n' % (given, from_page))
    exported = b", ".join(found["name"] for found in _EXPORT.finditer(modules[script.entry]))
    return b"".join(parts) + b"export const { %b } = %b;\n" % (exported, names[script.entry])


def _relative(path: str, script: _Script) -> bytes:
    """Return how a script names the one at `path`."""
    way = posixpath.relpath(path, posixpath.dirname(script.place) or ".")
    return (way if way.startswith(".") else f"./{way}").encode() + b".js"


def _as_function(path: str, script: _Script, source: bytes, names: Mapping[str, bytes]) -> bytes:
    def as_call(found: re.Match[bytes]) -> bytes:
        return b'import("%b")' % _relative(_imported(path, found), script)

    def as_constant(found: re.Match[bytes]) -> bytes:
        imported = found["all"] or b"{" + _RENAMED.sub(rb"\1: \2", found["some"]) + b"}"
        return b"const %b = %b;" % (imported, names[_imported(path, found)])

    exported = [found["name"] for found in _EXPORT.finditer(source)]
    body = _IMPORT.sub(as_constant, _EXPORT.sub(rb"\g<what>", source))
    other = _OTHER.search(body) or _ANY_CALL.search(_LATER.sub(b"", body))
    if other is not None:
        raise CannotBundleError(f"{path}.js: cannot bundle {other[0].decode(errors='replace')!r}")
    body = _OPEN_END.sub(b"", _MARGIN.sub(b"\n", _LATER.sub(as_call, body)).strip())
    returned = b"return { " + b", ".join(exported) + b" };\n" if exported else b""
    # No path has a `$`, so no two paths become one name.
    function = path.replace("/", "$").encode()
    return b"const %b = (function %b_js() {\n%b\n%b})();\n" % (
        names[path], function, body, returned,
    )  # fmt: skip
