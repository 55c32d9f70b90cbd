"""Whatever state the page is in: axe finds nothing, everything has room, stands still
and can be reached by keyboard.

To bring the page into a state takes longer than to look at it, so all judges look
at one visit.
"""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_judges import covered, moving, resize, too_wide, walk
from page_states import SCHEMES, STATES, State, arrive
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

# 640 x 400 is 1280 x 800 at 200 %; 320 is the least that WCAG asks for (1.4.10).
SMALL = ({"width": 640, "height": 400}, {"width": 320, "height": 640})


def complaints(ann: Visit) -> list[str]:
    """Return what axe finds, one line for each element."""
    found: list[dict[str, Any]] = Axe().run(ann.page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def axe_finds_nothing(ann: Visit, state: State) -> None:
    for size in state.sizes:
        resize(ann, size)
        for scheme in SCHEMES:
            ann.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = complaints(ann)
            assert not found, f"{size} {scheme}: " + json.dumps(found, indent=1)


def everything_has_room_and_nothing_moves(ann: Visit, state: State) -> None:
    for size in state.sizes + SMALL:
        resize(ann, size)
        assert not too_wide(ann), size
        assert not covered(ann), size
        assert not moving(ann), size


def the_keyboard_reaches_everything(ann: Visit, state: State) -> None:
    resize(ann, state.sizes[0])
    for forced in ("none", "active"):
        ann.page.emulate_media(forced_colors=forced)  # type: ignore[arg-type]
        missed, nameless, unseen = walk(ann)
        assert not missed, f"Tab does not lead there, colours forced: {forced}"
        assert not nameless, f"no name, colours forced: {forced}"
        assert not unseen, f"the focus cannot be seen, colours forced: {forced}"


@pytest.mark.parametrize("name", STATES)
def test_every_judge_is_content(visit: NewVisit, world: World, name: str) -> None:
    ann = arrive(visit, world, name, reduced_motion="reduce")
    axe_finds_nothing(ann, STATES[name])
    everything_has_room_and_nothing_moves(ann, STATES[name])
    the_keyboard_reaches_everything(ann, STATES[name])


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


def test_the_judges_see(visit: NewVisit, world: World) -> None:
    """Something too wide, covered, moving, or without name or focus is found."""
    ann = arrive(visit, world, "empty")
    ann.page.evaluate("""() => {
        const wide = document.createElement("p");
        wide.style.width = "5000px";
        wide.style.height = "1px";
        const bare = document.createElement("button");
        bare.id = "bare";
        Object.assign(bare.style, {outline: "0", width: "20px", height: "20px"});
        bare.animate([{opacity: 0}, {opacity: 1}], {duration: 1e6});
        const lid = document.createElement("div");
        Object.assign(lid.style, {position: "fixed", inset: "0 0 50% 0"});
        document.querySelector("#lines").append(wide);
        document.querySelector(".head").append(bare);
        document.body.append(lid);
    }""")
    assert any("log" in one for one in too_wide(ann))
    assert any("bare" in one for one in covered(ann))
    assert moving(ann)
    _, nameless, unseen = walk(ann)
    assert any("bare" in one for one in nameless)
    assert any("bare" in one for one in unseen)
