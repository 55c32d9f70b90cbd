"""Style sheets have one namespace each: a class means one thing on the whole page.

A class belongs to the sheet that gives it a rule of its own. Another sheet names
it only as a place (`.line > .actions`), or where it is lent out below.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from page_states import arrive
from page_visit import NewVisit
from page_world import World

from web.assets import find_static

pytest_plugins = ["page_fixtures"]

SHEETS = sorted((find_static() / "css").glob("*.css"))

# These change how others look: where colours are forced, where more contrast is asked
# for, on paper, or where no script runs.
OVER_ALL = {"contrast.css", "forced.css", "noscript.css", "print.css"}

# Whose parts others may adapt to a place of their own.
PARTS = "base.css"
LENT = {
    "frame.css": {"app", "people", "person-name", "room-list", "self", "side"},
    "forms.css": {"quiet"},
    "lines.css": {"day", "line"},
    "text.css": {"more", "text"},
}

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTORS = re.compile(r"([^{};]+)\{")
_COMMA = re.compile(r",(?![^(]*\))")
_COMBINATOR = re.compile(r"[\s>+~]+(?![^(]*\))")
_CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")


def selectors(source: str) -> Iterator[str]:
    for group in _SELECTORS.findall(_COMMENT.sub("", source)):
        if not group.strip().startswith("@"):
            yield from (one.strip() for one in _COMMA.split(group.strip()))


def subject(selector: str) -> set[str]:
    """Return the classes of what a selector styles, without what only excludes."""
    last = _COMBINATOR.split(selector)[-1]
    return set(_CLASS.findall(re.sub(r":not\([^)]*\)", "", last)))


def owners(sheets: dict[str, str]) -> dict[str, set[str]]:
    """Return the sheets that give each class a rule of its own, wherever it stands."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, source in sheets.items():
        for selector in selectors(source):
            bare = re.sub(r"::?[\w-]+(\([^)]*\))?|\[[^\]]*\]", "", selector)
            if re.fullmatch(r"\.[\w-]+", bare) and name not in OVER_ALL:
                found[bare[1:]].add(name)
    return found


def lent_by(name: str) -> set[str]:
    return {sheet for sheet, names in LENT.items() if name in names}


def strangers(sheets: dict[str, str]) -> list[str]:
    """Return each rule by which a sheet styles what is another's."""
    owned = owners(sheets)
    found = [
        f"{', '.join(sorted(names))}: both have .{one}"
        for one, names in owned.items()
        if len(names - {PARTS}) > 1
    ]
    for name in sheets.keys() - OVER_ALL:
        styled = ((rule, one) for rule in selectors(sheets[name]) for one in subject(rule))
        for selector, one in styled:
            home = owned.get(one, {name})
            if not home & {name, PARTS} and not lent_by(one):
                found.append(f"{name}: {selector} styles .{one} of {', '.join(home)}")
    return found


def test_no_sheet_styles_what_is_another_s() -> None:
    assert strangers({file.name: file.read_text(encoding="utf-8") for file in SHEETS}) == []


@pytest.mark.parametrize(
    ("sheet", "rule"),
    [
        ("text.css", ".said.block { margin: 0; }"),
        ("text.css", ".block { margin: 0; }"),
        ("box.css", ".hints .shortcuts { margin: 0; }"),
        ("lines.css", ".suggestion > .hit, .line { margin: 0; }"),
        ("settings.css", "@media (min-width: 1px) { .toast { margin: 0; } }"),
    ],
)
def test_what_is_planted_is_found(sheet: str, rule: str) -> None:
    sheets = {file.name: file.read_text(encoding="utf-8") for file in SHEETS}
    sheets[sheet] += rule
    assert len(strangers(sheets)) == 1


@pytest.mark.parametrize("name", ["busy", "offering", "searching", "settings", "shortcuts"])
def test_no_element_is_of_two_sheets(visit: NewVisit, world: World, name: str) -> None:
    """Names that scripts put together collide as well, and no sheet shows it."""
    ann = arrive(visit, world, name)
    owned = owners({file.name: file.read_text(encoding="utf-8") for file in SHEETS})
    lists: list[list[str]] = ann.page.evaluate(
        "() => [...document.querySelectorAll('[class]')].map((one) => [...one.classList])"
    )
    assert len(lists) > 50
    for classes in lists:
        homes = [owned[one] - {PARTS} for one in classes if one in owned and not lent_by(one)]
        assert len(set().union(*homes)) <= 1, classes


def test_what_is_lent_is_there() -> None:
    owned = owners({file.name: file.read_text(encoding="utf-8") for file in SHEETS})
    for sheet, names in LENT.items():
        assert all(sheet in owned[one] for one in names), sheet
