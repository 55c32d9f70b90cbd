"""axe finds nothing to complain about, whatever state the page is in."""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_judges import resize
from page_states import SCHEMES, STATES, arrive
from page_visit import NewVisit, Visit
from page_world import World

pytest_plugins = ["page_fixtures"]

# Every rule that has to do with WCAG 2.2 A and AA or with good practice; axe
# leaves out the size of targets unless it is asked for.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


def complaints(ann: Visit) -> list[str]:
    """Return what axe finds, one line for each element."""
    found: list[dict[str, Any]] = Axe().run(ann.page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(visit: NewVisit, world: World, name: str) -> None:
    ann = arrive(visit, world, name, reduced_motion="reduce")
    for size in STATES[name].sizes:
        resize(ann, size)
        for scheme in SCHEMES:
            ann.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = complaints(ann)
            assert not found, f"{size} {scheme}: " + json.dumps(found, indent=1)


def test_axe_would_find_something(visit: NewVisit, world: World) -> None:
    """The judge is there: grey on grey, a target too small and a field without a name."""
    ann = arrive(visit, world, "empty")
    ann.page.evaluate("""() => {
        const field = document.createElement("input");
        const words = document.createElement("p");
        words.textContent = "hardly to be read";
        words.style.color = "#999";
        document.querySelector("#no-room").before(field, words);
    }""")
    rules = {line.split(":")[0] for line in complaints(ann)}
    assert {"label", "color-contrast"} <= rules
