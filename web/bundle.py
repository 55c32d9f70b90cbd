"""Bundle the page's modules into one script and its sheets into one sheet. Pure.

The page is written as small modules and small sheets, and works as it is. Fifty
answers cost a browser more than what is in them: each has headers, and none can
be compressed with the help of the others. So the files of a first visit are
bundled when the gateway starts, without a build and without a parser: the page's
modules keep to a few forms of import and export, and any other form is an error.

What is imported by a call, `import("./view/help.js")`, is loaded when it is wanted:
it becomes a script of its own, beside its module's name, which takes what the first
script has from there. So nothing is sent twice, and no module runs twice.

What a module exports is a constant of the whole script where nothing else can be meant
by its name: no other module has that word, but those that import it from there.

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
_WORD: Final = re.compile(rb"(?:(?<![.\w$])|(?<=\.\.\.))[A-Za-z_]\w*")
"""Whatever may be a name of its own, and no property's; words in strings count as well."""
_MARGIN: Final = re.compile(rb"\n[ \t\n]+")
"""Empty lines and indentation: no string of the page spans lines (tests look)."""
_APART: Final = re.compile(rb" (?=\{)|(?<=[{},;:])[ \n]")
"""What separates nothing in a sheet: no string of the page's sheets has it (tests look)."""
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
    is_later: bool = True


@dataclass(frozen=True, slots=True)
class _Names:
    """How modules are found: by a number, since paths again and again would be sent, too."""

    numbers: Mapping[str, bytes]
    whole: frozenset[str]
    """The modules that some import takes by their number."""
    known: Mapping[str, tuple[bytes, ...]]
    """Those of a module's exports that are constants of the whole script."""

    def of(self, path: str, wanted: list[bytes]) -> set[bytes]:
        """Return the constants that an import from a module takes."""
        known = {one for one in wanted if one in self.known[path]}
        return known if len(known) == len(wanted) else known | {self.numbers[path]}


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
    first = _Script(
        entry, page, _by_folder(tuple(_in_order(modules, entry)), modules), is_later=False
    )
    scripts = [first]
    for script in scripts:
        for path in _wanted_later(script, modules):
            if path in first.order:
                raise CannotBundleError(f"{path} is imported both at first and later")
            if path not in (made.entry for made in scripts):
                order = tuple(one for one in _in_order(modules, path) if one not in first.order)
                scripts.append(_Script(path, path, order))
    names = _named({path: modules[path] for made in scripts for path in made.order})
    return {script.place: _as_script(script, first, modules, names) for script in scripts}


def bundle_styles(sheets: Iterable[bytes]) -> bytes:
    """Return the sheets as one, in their order; later rules win, as before."""
    whole = b"\n".join(_MARGIN.sub(b"\n", sheet).strip() for sheet in sheets)
    return _APART.sub(b"", whole).replace(b";}", b"}") + b"\n"


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


def _named(modules: Mapping[str, bytes]) -> _Names:
    """Number the modules, and find which exports their names alone make clear."""
    having: dict[bytes, set[str]] = {}
    importing: dict[tuple[str, bytes], set[str]] = {}
    for path, source in modules.items():
        for word in _WORD.findall(_IMPORT.sub(b"", source)):
            having.setdefault(word, set()).add(path)
        for found in _IMPORT.finditer(source):
            for name in _listed(found["some"] or b""):
                importing.setdefault((_imported(path, found), name), set()).add(path)
    known = {
        path: tuple(
            one
            for one in _exported(source)
            if having[one] <= {path} | importing.get((path, one), set())
        )
        for path, source in modules.items()
    }
    whole = frozenset(
        imported
        for path, source in modules.items()
        for found in _IMPORT.finditer(source)
        if not set(_listed(found["some"] or b"*")).issubset(
            known[imported := _imported(path, found)]
        )
    )
    return _Names({path: b"$%d" % place for place, path in enumerate(modules)}, whole, known)


def _listed(some: bytes) -> list[bytes]:
    """Return the names between an import's braces, each as it stands there."""
    return [name for one in some.split(b",") if (name := one.strip())]


def _exported(source: bytes) -> list[bytes]:
    return [found["name"] for found in _EXPORT.finditer(source)]


def _taken(
    script: _Script, first: _Script, modules: Mapping[str, bytes], names: _Names
) -> Iterator[bytes]:
    """Give the names under which a script takes something from the first one."""
    for path in script.order:
        for found in _IMPORT.finditer(modules[path]):
            imported = _imported(path, found)
            if imported in first.order and imported not in script.order:
                yield from names.of(imported, _listed(found["some"] or b"*"))


def _as_script(
    script: _Script, first: _Script, modules: Mapping[str, bytes], names: _Names
) -> bytes:
    parts = [_as_constants(path, script, modules[path], names) for path in script.order]
    if taken := sorted(set(_taken(script, first, modules, names))):
        from_page = _relative(first.place, script)
        parts.insert(0, b'import { %b } from "%b";\n' % (b", ".join(taken), from_page))
    return b"".join(parts)


def _relative(path: str, script: _Script) -> bytes:
    """Return how a script names the one at `path`."""
    way = posixpath.relpath(path, posixpath.dirname(script.place) or ".")
    return (way if way.startswith(".") else f"./{way}").encode() + b".js"


def _as_constants(path: str, script: _Script, source: bytes, names: _Names) -> bytes:
    """Return a module's function, called, and the constants that have what it returns."""
    called = _as_function(path, script, source, names)
    if script.is_later and path == script.entry:
        return b"export const { %b } = %b" % (b", ".join(_exported(source)), called)
    # What is loaded later takes them from the page's script.
    const = b"const" if script.is_later else b"export const"
    given = b"%b { %b } = " % (const, b", ".join(names.known[path])) if names.known[path] else b""
    if path not in names.whole:
        return given + called
    number = names.numbers[path]
    return b"%b %b = %b" % (const, number, called) + (given and b"%b%b;\n" % (given, number))


def _as_function(path: str, script: _Script, source: bytes, names: _Names) -> bytes:
    def as_call(found: re.Match[bytes]) -> bytes:
        return b'import("%b")' % _relative(_imported(path, found), script)

    def as_constant(found: re.Match[bytes]) -> bytes:
        imported = _imported(path, found)
        if found["all"]:
            return b"const %b = %b;" % (found["all"], names.numbers[imported])
        left = [one for one in _listed(found["some"]) if one not in names.known[imported]]
        given = _RENAMED.sub(rb"\1: \2", b", ".join(left))
        return b"const { %b } = %b;" % (given, names.numbers[imported]) if left else b""

    exported = b", ".join(_exported(source))
    body = _IMPORT.sub(as_constant, _EXPORT.sub(rb"\g<what>", source))
    other = _OTHER.search(body) or _ANY_CALL.search(_LATER.sub(b"", body))
    if other is not None:
        raise CannotBundleError(f"{path}.js: cannot bundle {other[0].decode(errors='replace')!r}")
    body = _OPEN_END.sub(b"", _MARGIN.sub(b"\n", _LATER.sub(as_call, body)).strip())
    returned = b"return { %b };\n" % exported if exported else b""
    # No path has a `$`, so no two paths become one name.
    function = path.replace("/", "$").encode()
    return b"(function %b_js() {\n%b\n%b})();\n" % (function, body, returned)
