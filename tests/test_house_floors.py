"""The house's floors: which package may import which, and that nothing goes in circles.

Every import counts: those inside functions, and those for types alone. A package
imports packages on lower floors only. Modules that stand in `core/` and `hubbub/`
themselves belong to no part and are placed one by one: `core`'s are the ground on
which all stand, `hubbub`'s wire the parts together or are what these share.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

GROUND = 1
FLOORS = {
    "core.net": 2, "core.wire": 2,
    "core.text": 3,
    "core.access": 4, "core.log": 4, "core.client": 4,
    "core.delivery": 5, "core.sqlite": 5,
    "core.hub": 6, "core.archive": 6,
    "core.server": 7,
    "bridge": 8, "terminal": 8,
    "web": 9,
    "hubbub": 10,
    "hubbub.doctor": 11, "hubbub.serving": 11,
}  # fmt: skip
"""Each package's floor."""

WIRING = {
    "hubbub.__main__": 15,
    "hubbub.cli": 14,
    "hubbub.configuration": 13,
    "hubbub.clients": 12,
    "hubbub.completion": 12,
    "hubbub.maintenance": 12,
    "hubbub.settings": 12,
}
"""Modules of `hubbub` above the parts that they wire; the others are below these."""

NOT_EVEN = {"core.client": {"core.log"}}
"""What a package does not know although it is on a lower floor, or the same."""


def modules() -> dict[str, Path]:
    found = {}
    for package in ("core", "bridge", "web", "terminal", "hubbub"):
        for file in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = file
    return found


MODULES = modules()


def imported(name: str) -> Iterator[str]:
    """Give the modules of ours that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            wanted = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for one in wanted:
            while one and one not in MODULES:
                one = one.rpartition(".")[0]
            if one and one != name:
                yield one


GRAPH = {name: set(imported(name)) for name in MODULES}


def package_of(module: str) -> str:
    is_package = MODULES[module].name == "__init__.py"
    return module if is_package else module.rpartition(".")[0]


def floor(module: str) -> int:
    package = package_of(module)
    return GROUND if package == "core" else WIRING.get(module, FLOORS[package])


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return every way through a graph that comes back to where it began, one for each place."""
    found = []
    for start in graph:
        came_from: dict[str, str] = {}
        waiting = [start]
        while waiting and start not in came_from:
            here = waiting.pop()
            for there in graph.get(here, ()):
                if there not in came_from:
                    came_from[there] = here
                    waiting.append(there)
        if start in came_from:
            way = [start]
            while len(way) == 1 or way[-1] != start:
                way.append(came_from[way[-1]])
            found.append(way[::-1])
    return found


def test_the_search_for_circles_finds_them() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert ["a", "b", "a"] in circles({"a": {"b"}, "b": {"a", "c"}, "c": set()})


def test_every_package_has_a_floor() -> None:
    packages = {package_of(module) for module in MODULES}
    assert packages == FLOORS.keys() | {"core"}
    assert WIRING.keys() <= MODULES.keys()


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    own = package_of(module)
    for other in GRAPH[module]:
        package = package_of(other)
        if package == own and floor(other) == floor(module):
            continue
        assert floor(other) < floor(module), f"{module} imports {other}"
        assert package not in NOT_EVEN.get(own, ()), f"{module} imports {other}"


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circles(GRAPH) == []


def test_no_part_imports_itself_by_way_of_others() -> None:
    parts: dict[str, set[str]] = {}
    for module, others in GRAPH.items():
        here = module if module in WIRING else package_of(module)
        there = {one if one in WIRING else package_of(one) for one in others}
        parts.setdefault(here, set()).update(there - {here})
    assert circles(parts) == []


@pytest.mark.parametrize("package", [*FLOORS, "core"])
def test_every_package_says_what_it_is_and_what_it_does_not_know(package: str) -> None:
    text = ast.get_docstring(ast.parse(MODULES[package].read_text(encoding="utf-8")))
    assert text is not None
    # The first sentence says what it is; a colon may end it before a list.
    what, _, rest = " ".join(text.split()).partition(". ")
    assert what
    assert rest, f"{package} says what it is, and then what it does not know"
    unknown = re.search(r"\b(knows? no|(do|does) not know|knows? nothing)\b", rest, re.IGNORECASE)
    assert unknown is not None, f"{package} does not say what it does not know"
