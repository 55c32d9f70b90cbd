"""One script and one style sheet, out of the page's many. Pure.

The page is written as small modules and small sheets, and works as it is. Fifty
answers cost a browser more than what is in them: each has headers, and none can
be compressed by what stands in the others. So what a first visit asks for is
joined, at the gateway's start, without a build and without a parser: the page's
modules keep to a few forms of import and export, and another form is an error.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

_IMPORT: Final = re.compile(
    rb'^import (?:\* as (?P<all>\w+)|\{(?P<some>[^}]*)\}) from "\./(?P<module>\w+)\.js";$',
    re.MULTILINE,
)
_EXPORT: Final = re.compile(
    rb"^export (?P<what>(?:async function|function|class|const) (?P<name>\w+))", re.MULTILINE
)
_OTHER: Final = re.compile(rb"^(?:import|export)\b[^\n]*", re.MULTILINE)
_RENAMED: Final = re.compile(rb"\b(\w+) as (\w+)\b")
_MARGIN: Final = re.compile(rb"\n[ \t\n]+")
"""Empty lines and indentation: no string of the page spans lines (tests look)."""


class CannotJoinError(ValueError):
    """A module has a form of import or export that is not joined, or a circle."""


def join_scripts(modules: Mapping[str, bytes], entry: str) -> bytes:
    """Return one script that does what the module `entry` does.

    `modules` has each module's text by its name. Each becomes a function of its
    name, which runs once, after those that it imports, and returns what it
    exports; so their private names stay apart. Raises CannotJoinError.
    """
    return b"".join(_as_function(name, modules[name]) for name in _in_order(modules, entry))


def join_styles(sheets: Iterable[bytes]) -> bytes:
    """Return the sheets as one, in their order; later rules win, as before."""
    return b"\n".join(_MARGIN.sub(b"\n", sheet).strip() for sheet in sheets) + b"\n"


def _in_order(modules: Mapping[str, bytes], entry: str) -> Iterator[str]:
    """Give the names of all that `entry` needs, each after what it needs itself."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> Iterator[str]:
        if name in done:
            return
        if name in path:
            raise CannotJoinError(f"modules import each other: {' -> '.join((*path, name))}")
        if name not in modules:
            raise CannotJoinError(f"there is no module {name}, which {path[-1]} imports")
        for found in _IMPORT.finditer(modules[name]):
            yield from visit(found["module"].decode(), (*path, name))
        done.add(name)
        yield name

    return visit(entry, ())


def _as_function(name: str, source: bytes) -> bytes:
    exported = [found["name"] for found in _EXPORT.finditer(source)]
    body = _IMPORT.sub(_as_constant, _EXPORT.sub(rb"\g<what>", source))
    other = _OTHER.search(body)
    if other is not None:
        raise CannotJoinError(f"{name}.js: cannot join {other[0].decode(errors='replace')!r}")
    body = _MARGIN.sub(b"\n", body).strip()
    returned = b"return { " + b", ".join(exported) + b" };\n" if exported else b""
    own = name.encode()
    return b"const %b$ = (function %b_js() {\n%b\n%b})();\n" % (own, own, body, returned)


def _as_constant(found: re.Match[bytes]) -> bytes:
    names = found["all"] or b"{" + _RENAMED.sub(rb"\1: \2", found["some"]) + b"}"
    return b"const %b = %b$;" % (names, found["module"])
