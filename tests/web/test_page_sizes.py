"""Every state of the page, small and magnified, in calm, and by keyboard alone."""

import pytest
from page_judges import covered, moving, resize, too_wide, walk
from page_states import STATES, State, arrive
from page_visit import NewVisit
from page_world import World

pytest_plugins = ["page_fixtures"]

# 640 x 400 is 1280 x 800 at 200 %; 320 is the least that WCAG asks for (1.4.10).
SMALL = ({"width": 640, "height": 400}, {"width": 320, "height": 640})


def sizes(state: State) -> tuple[dict[str, int], ...]:
    return state.sizes + SMALL


@pytest.mark.parametrize("name", STATES)
def test_everything_has_room_and_nothing_moves(visit: NewVisit, world: World, name: str) -> None:
    ann = arrive(visit, world, name, reduced_motion="reduce")
    for size in sizes(STATES[name]):
        resize(ann, size)
        assert not too_wide(ann), size
        assert not covered(ann), size
        assert not moving(ann), size


@pytest.mark.parametrize("forced", ["none", "active"])
@pytest.mark.parametrize("name", STATES)
def test_the_keyboard_reaches_everything(
    visit: NewVisit, world: World, name: str, forced: str
) -> None:
    ann = arrive(visit, world, name, forced_colors=forced)
    missed, nameless, unseen = walk(ann)
    assert not missed, "Tab does not lead there"
    assert not nameless, "no name"
    assert not unseen, "the focus cannot be seen"


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
