"""Bundle the page's modules into one script and its sheets into one sheet. Pure.

The page is written as small modules and small sheets, and works as it is. Fifty
answers cost a browser more than what is in them: each has headers, and none can
be compressed with the help of the others. So the files of a first visit are
bundled when the gateway starts, without a build and without a parser: the page's
modules keep to a few forms of import and export, and any other form is an error.

It knows no file system and no server: names and texts in, one text out.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

_IMPORT: Final = re.compile(
    rb"^import (?:\* as (?P<all>\w+)|\{(?P<some>[^}]*)\}) "
    rb'from "(?P<path>(?:\./|(?:\.\./)+)[\w/]+)\.js";$',
    re.MULTILINE,
)
_EXPORT: Final = re.compile(
    rb"^export (?P<what>(?:async function|function|class|const) (?P<name>\w+))", re.MULTILINE
)
_OTHER: Final = re.compile(rb"^(?:import|export)\b[^\n]*", re.MULTILINE)
_RENAMED: Final = re.compile(rb"\b(\w+) as (\w+)\b")
_MARGIN: Final = re.compile(rb"\n[ \t\n]+")
"""Empty lines and indentation: no string of the page spans lines (tests look)."""


class CannotBundleError(ValueError):
    """A module has a form of import or export that is not bundled, or a circle."""


def bundle_scripts(modules: Mapping[str, bytes], entry: str) -> bytes:
    """Return one script that does what the module `entry` does.

    `modules` has each module's text by its path without `.js`, such as
    `model/room`; files in different folders may have the same name. Each becomes
    a function that is named after its path. It runs once, after the modules that
    it imports, and returns its exports; its private names stay private. Raises
    CannotBundleError.
    """
    # The exports are found by a number: paths again and again would be sent, too.
    order = _by_folder(tuple(_in_order(modules, entry)), modules)
    names = {path: b"$%d" % place for place, path in enumerate(order)}
    return b"".join(_as_function(path, modules[path], names) for path in names)


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


def _by_folder(order: tuple[str, ...], modules: Mapping[str, bytes]) -> Iterator[str]:
    """Give the paths with those of one folder together, as far as imports allow.

    Modules of one folder resemble each other, and gzip finds only what repeats
    within 32 KiB.
    """
    left = {path: set(_imports(path, modules[path])) for path in order}
    folder = ""
    while left:
        ready = [path for path, imports in left.items() if not imports & left.keys()]
        path = next((one for one in ready if posixpath.dirname(one) == folder), ready[0])
        folder = posixpath.dirname(path)
        del left[path]
        yield path


def _imports(path: str, source: bytes) -> Iterator[str]:
    """Give the path of each module that the module at `path` imports."""
    for found in _IMPORT.finditer(source):
        yield _imported(path, found)


def _imported(importer: str, found: re.Match[bytes]) -> str:
    """Return the path of the module that an import statement names relatively."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), found["path"].decode()))


def _as_function(path: str, source: bytes, names: Mapping[str, bytes]) -> bytes:
    def as_constant(found: re.Match[bytes]) -> bytes:
        imported = found["all"] or b"{" + _RENAMED.sub(rb"\1: \2", found["some"]) + b"}"
        return b"const %b = %b;" % (imported, names[_imported(path, found)])

    exported = [found["name"] for found in _EXPORT.finditer(source)]
    body = _IMPORT.sub(as_constant, _EXPORT.sub(rb"\g<what>", source))
    other = _OTHER.search(body)
    if other is not None:
        raise CannotBundleError(f"{path}.js: cannot bundle {other[0].decode(errors='replace')!r}")
    body = _MARGIN.sub(b"\n", body).strip()
    returned = b"return { " + b", ".join(exported) + b" };\n" if exported else b""
    # No path has a `$`, so no two paths become one name.
    function = path.replace("/", "$").encode()
    return b"const %b = (function %b_js() {\n%b\n%b})();\n" % (
        names[path], function, body, returned,
    )  # fmt: skip
